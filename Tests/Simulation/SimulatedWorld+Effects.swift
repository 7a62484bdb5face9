import JournalMemory
import Values
import WorkflowEngine
import WorkflowJournal

/// What the core asks for, done late, in the order the real shell guarantees and no other.
extension SimulatedWorld {
    func perform(_ effects: [EngineCore.Effect]) {
        var ends: [(tag: EngineCore.AttemptTag, result: ActionResult)] = []
        for effect in effects {
            switch effect {
            case .write(let tag, let write):
                sabotage?.submitted(write, self)
                pending.append((tag, write))
                scheduleFlush()
            case .claim, .claimOne, .load, .readInbox, .readTimers, .readSchedules, .release:
                reads.append(effect)
                scheduleRead()
            case .perform(let tag, let action, let invocation):
                if let result = begin(tag, action, invocation) { ends.append((tag: tag, result: result)) }
            case .abort(let tag): after(random.within(0...3_000)) { $0.aborted(tag) }
            case .answer(let ticket, let answer): answered(ticket, answer)
            case .ended, .report: break
            }
        }
        if !ends.isEmpty { post(.attemptsEnded(ends)) }
    }

    // MARK: - Writing: one writer, batches of what there is

    private func scheduleFlush() {
        guard !isWriting, !pending.isEmpty else { return }
        isWriting = true
        let isSlow = random.chance(20)
        after(random.within(isSlow ? 1_000...3_000_000 : 100...8_000)) { $0.flush() }
    }

    private func flush() {
        isWriting = false
        guard !pending.isEmpty else { return }
        var batch = Array(pending.prefix(1 + random.below(pending.count)))
        // Removal is a commit of its own: of what ended and left in one commit the checker could see nothing.
        if let removal = batch.firstIndex(where: \.write.isRemoval) { batch = Array(batch.prefix(max(1, removal))) }
        pending.removeFirst(batch.count)
        do {
            let outcomes = try journal.write(batch.map(\.write))
            post(.written(zip(batch, outcomes).map { (tag: $0.tag, outcome: $1) }))
        } catch {
            switch error.code {
            case .busy, .full:
                pending.insert(contentsOf: batch, at: 0)
                isWriting = true
                after(random.within(20_000...250_000)) { $0.flush() }
                return
            case .unknown: post(.written(batch.map { (tag: $0.tag, outcome: .unknown) }))
            case .failed, .inUse, .incompatible, .inaccessible: return
            }
        }
        scheduleFlush()
    }

    // MARK: - Reading: one reader, first come first served

    private func scheduleRead() {
        guard !isReading, !reads.isEmpty else { return }
        isReading = true
        after(random.within(50...4_000)) { $0.readNext() }
    }

    private func readNext() {
        isReading = false
        guard !reads.isEmpty else { return }
        let effect = reads.removeFirst()
        do {
            if let input = try read(effect) { post(input) }
        } catch {
            switch error.code {
            case .busy, .full, .unknown:
                after(100_000) { world in
                    world.reads.append(effect)
                    world.scheduleRead()
                }
            case .failed, .inUse, .incompatible, .inaccessible: return
            }
        }
        scheduleRead()
    }

    private func read(_ effect: EngineCore.Effect) throws(JournalError) -> EngineCore.Input? {
        switch effect {
        case .claim(let limit):
            let claims = try journal.claim(limit: limit)
            return .claimed(claims, isLast: claims.count < limit)
        case .claimOne(let key): return .claimedOne(key, try journal.claim(key))
        case .load(let claim): return .loaded(claim, try journal.load(claim))
        case .readInbox(let claim): return .inbox(claim, try journal.inbox(claim, limit: 2 + random.below(3)))
        case .readTimers(let instant):
            let limit = 1 + random.below(30)
            let due = try journal.timers(dueBy: instant, limit: limit)
            return .timers(due, through: due.count < limit ? instant : due.last?.timer.dueAt ?? instant)
        case .readSchedules: return .schedules(try journal.schedules())
        case .release(let claim):
            try journal.release([claim])
            return nil
        case .write, .perform, .abort, .answer, .ended, .report: return nil
        }
    }

    // MARK: - Actions

    /// The result of an action that does not wait.
    private func begin(
        _ tag: EngineCore.AttemptTag, _ action: String, _ invocation: ActionInvocation
    ) -> ActionResult? {
        if SimulatedActions.inlineNames.contains(action) {
            let result = actions.behaviour(action, invocation).result
            let execution = checker.executionBegan(action, invocation, incarnation: incarnation)
            checker.executionEnded(execution, result.outcome)
            return result
        }
        underWay[tag] = UnderWay(execution: -1, behaviour: actions.behaviour(action, invocation))
        after(random.within(0...3_000)) { world in
            guard let behaviour = world.underWay[tag]?.behaviour else { return }
            world.underWay[tag]?.execution = world.checker.executionBegan(action, invocation, incarnation: world.incarnation)
            world.after(behaviour.microseconds) { $0.finished(tag) }
        }
        return nil
    }

    private func finished(_ tag: EngineCore.AttemptTag) {
        guard let done = underWay.removeValue(forKey: tag) else { return }
        checker.executionEnded(done.execution, done.behaviour.result.outcome)
        post(.attemptEnded(tag, done.behaviour.result))
    }

    private func aborted(_ tag: EngineCore.AttemptTag) {
        guard let running = underWay[tag], running.behaviour.obeysStop || running.execution < 0 else { return }
        underWay[tag] = nil
        let failure = Failure(code: "stopped", message: "told to stop", isUncertain: true)
        if running.execution >= 0 { checker.executionEnded(running.execution, .failure(failure)) }
        post(.attemptEnded(tag, ActionResult(.failure(failure))))
    }

    // MARK: - Clients

    /// A client's call; it hears of its answer, or that the connection is gone.
    func ask(
        _ input: (EngineCore.Ticket) -> EngineCore.Input, _ receive: @escaping (EngineCore.Answer) -> Void
    ) {
        guard core != nil, !isShuttingDown else {
            later(1_000) { _ in receive(.refused(EngineError(.unavailable, "connection refused"))) }
            return
        }
        nextTicket += 1
        let ticket = EngineCore.Ticket(number: nextTicket)
        waiting.append((ticket, receive))
        post(input(ticket))
    }

    private func answered(_ ticket: EngineCore.Ticket, _ answer: EngineCore.Answer) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        let client = waiting.remove(at: index)
        client.receive(answer)
    }
}

extension JournalWrite {
    fileprivate var isRemoval: Bool { if case .remove = self { true } else { false } }
}
