import WorkflowInterpreter
import WorkflowJournal

/// A step of an instance in memory that has no final outcome yet.
protocol OpenStep {
    /// The instance moves by itself because of it: it is `running`, and found again after a crash.
    var isBusy: Bool { get }
}

/// Open steps by key; whether any of them is busy costs the same at any width of a fan-out.
struct OpenSteps<Step: OpenStep> {
    private var steps: [MemoKey: Step] = [:]
    private(set) var busyCount = 0

    subscript(key: MemoKey) -> Step? {
        get { steps[key] }
        set {
            let old = steps[key]
            if old?.isBusy == true { busyCount -= 1 }
            if newValue?.isBusy == true { busyCount += 1 }
            steps[key] = newValue
        }
    }

    var values: Dictionary<MemoKey, Step>.Values { steps.values }
    /// Sorted, so that what is done for each is done in the same order in every run.
    var keys: [MemoKey] { steps.keys.sorted() }
}

/// An action step.
struct OpenAction: OpenStep {
    /// How the body around it stops.
    enum Stop {
        /// After a failure: what has begun is let finish.
        case finishing
        /// After a timeout or a cancel: what has begun is told to stop.
        case aborting
    }

    var row: StepRow
    var request: ActionRequest
    var stop: Stop?
    /// Waits in line for a place, or has one that is not announced yet.
    var isQueued = false
    /// Announced in the transition that is being made or written: begins when that is committed.
    var isAnnounced = false
    /// The announced attempt had begun before and was interrupted.
    var isRepetition = false

    var isBusy: Bool { row.status != .sleeping || isStopped }

    /// It is not to be performed any more. An attempt that had begun before a failure beside it is, also where a crash interrupted it.
    var isStopped: Bool {
        switch stop {
        case nil: false
        case .finishing: !hasBegun
        case .aborting: true
        }
    }

    /// An attempt has begun whose end is not known: it is under way, or was interrupted and waits to be repeated.
    private var hasBegun: Bool {
        switch row.status {
        case .running: !isAnnounced || isRepetition
        case .scheduled: row.startedAt != nil
        case .sleeping, .waiting, .completed, .failed, .cancelled: false
        }
    }
}

/// An `invoke` step. Its row is `scheduled` until a transition starts the child, `waiting` for the child's end, `sleeping`
/// before another attempt.
struct OpenChild: OpenStep {
    var row: StepRow
    var request: ChildRequest
    var isStopped = false

    /// A detached child that its gate may have rejected is confirmed by the transition after the one that starts it.
    var isBusy: Bool {
        switch row.status {
        case .scheduled: true
        case .sleeping: isStopped
        case .waiting: request.isDetached
        case .running, .completed, .failed, .cancelled: false
        }
    }

    /// `retry.timeout` of the current attempt came due.
    var isOverLimit: Bool {
        row.status == .waiting && row.lastFailure?.code == "timeout" && row.lastFailure?.attempt == row.attempt
    }

    /// The child of the current attempt.
    func id(in instance: LiveInstance) -> InstanceID {
        InstanceID(childOf: instance.id, run: instance.state.run, step: row.key, attempt: row.attempt)
    }
}

/// An `emit` step, which the next transition carries out.
struct OpenEmit: OpenStep {
    var row: StepRow
    var request: EmitRequest

    var isBusy: Bool { true }
}
