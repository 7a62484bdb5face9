import DequeModule
import Values
import WorkflowInterpreter
import WorkflowJournal

/// Attempts that are stopped, by the workflow or by a shutdown, and announcements that are taken back.
extension EngineCore {
    /// No further attempt begins. One under way is told to stop too, unless it may finish.
    func stopAction(
        _ key: MemoKey, isLetFinish: Bool, _ instance: LiveInstance, _ builder: inout TransitionBuilder
    ) {
        guard var open = instance.openActions[key] else { return }
        open.stop = isLetFinish ? .finishing : .aborting
        instance.openActions[key] = open
        guard open.isStopped else { return }
        switch open.row.status {
        case .running where !open.isAnnounced: instance.stopped.append(key)
        case .running:
            // Announced in this very transition: it has not begun and does not begin.
            takeBack(key, instance, &builder)
            instance.queue.append(.notStarted(key))
        case .scheduled, .sleeping, .waiting, .completed, .failed, .cancelled:
            clearTimer(key, instance, &builder)
            instance.queue.append(.notStarted(key))
        }
    }

    /// After the commit: attempts that were asked to stop are told so.
    func abortStopped(_ instance: LiveInstance) {
        let stopped = instance.stopped
        instance.stopped = []
        for key in stopped { abort(key, instance) }
    }

    private func abort(_ key: MemoKey, _ instance: LiveInstance) {
        guard let claim = instance.claim else { return }
        for tag in attempts.tags(of: claim.instance, key) { abort(tag) }
    }

    func abort(_ tag: AttemptTag) {
        guard attempts[tag]?.isAborted == false else { return }
        attempts.update(tag) { $0.isAborted = true }
        effects.append(.abort(tag))
        timers.insert(.grace(tag), dueAt: now.adding(configuration.graceTime) ?? now)
    }

    /// The shutdown waits no longer. An answer that still comes is recorded; a failure is not the action's own.
    func stopActions() {
        isDraining = true
        for tag in attempts.all where attempts[tag]?.isAborted == false {
            attempts.update(tag) { $0.isStoppedByShutdown = true }
            abort(tag)
        }
    }

    func attemptLimitReached(_ tag: AttemptTag) {
        guard attempts[tag] != nil else { return }
        attempts.update(tag) { $0.hasTimedOut = true }
        abort(tag)
    }

    /// A stopped attempt did not answer in time: a later answer is discarded.
    func graceEnded(_ tag: AttemptTag) {
        guard attempts[tag] != nil else { return }
        attemptEnded(
            tag,
            ActionResult(
                .failure(
                    Failure(code: "stopped", message: "stopped, and gave no answer within the grace time", isUncertain: true))))
    }

    // MARK: - Taking back

    func takeBack(_ key: MemoKey, _ instance: LiveInstance, _ builder: inout TransitionBuilder) {
        guard var open = instance.openActions[key], open.row.status == .running else { return }
        if !isInline(open.request.action) { slots.giveBack(open.request.action) }
        open.isAnnounced = false
        open.row.status = .scheduled
        open.row.attempt -= 1
        if !open.isRepetition { open.row.startedAt = nil }
        instance.openActions[key] = open
        builder.update(open.row)
    }

    /// Places that an instance leaving memory holds: of announcements that were not committed, and of those still to be made.
    func giveBackPlaces(_ instance: LiveInstance) {
        var keys = instance.announced.filter { instance.openActions[$0]?.isAnnounced == true }
        for case .place(let key) in instance.queue { keys.append(key) }
        for key in keys {
            if let open = instance.openActions[key], !isInline(open.request.action) { slots.giveBack(open.request.action) }
        }
        instance.announced = []
        instance.queue.removeAll { if case .place = $0 { true } else { false } }
        giveBackHeldPlaces(instance)
        fillPlaces()
    }
}
