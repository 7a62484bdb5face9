package import Values

// What people and `wfrun why` ask about runs, children, gates and consumed events.

/// One run of an instance: its first, one after `continue_as_new`, or an operator's retry.
package struct RunSummary: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case started
        case continuedAsNew = "continued_as_new"
        case retried

        package init(_ kind: Transition.NextRun.Kind) {
            self =
                switch kind {
                case .continuedAsNew: .continuedAsNew
                case .retried: .retried
                }
        }
    }

    package var run: Int
    package var kind: Kind
    /// Of the operator who asked for it.
    package var reason: String?
    package var digest: ContentDigest
    package var input: Value
    /// Nil: it has not begun.
    package var beganAt: Timestamp?
    /// Entries it has from the run before.
    package var keptSequence: Int
    /// How it ended; nil while it has not, and when it continued as new.
    package var endedStatus: InstanceStatus?
    package var endedAt: Timestamp?
    package var output: Value?
    package var failure: Failure?

    package init(
        run: Int, kind: Kind, reason: String? = nil, digest: ContentDigest, input: Value, beganAt: Timestamp? = nil,
        keptSequence: Int = 0, endedStatus: InstanceStatus? = nil, endedAt: Timestamp? = nil, output: Value? = nil,
        failure: Failure? = nil
    ) {
        self.run = run
        self.kind = kind
        self.reason = reason
        self.digest = digest
        self.input = input
        self.beganAt = beganAt
        self.keptSequence = keptSequence
        self.endedStatus = endedStatus
        self.endedAt = endedAt
        self.output = output
        self.failure = failure
    }
}

package struct ChildSummary: Sendable, Equatable {
    package var id: InstanceID
    package var workflow: String
    /// The `invoke` step of the parent that started it.
    package var link: ParentLink
    package var status: InstanceStatus
    package var hold: Hold?

    package init(id: InstanceID, workflow: String, link: ParentLink, status: InstanceStatus, hold: Hold?) {
        self.id = id
        self.workflow = workflow
        self.link = link
        self.status = status
        self.hold = hold
    }
}

/// Where an instance stands at its gate.
package struct GatePosition: Sendable, Hashable {
    /// Workflow and evaluated key.
    package var gate: String
    /// How many stand before it; nil: it has a place.
    package var ahead: Int?
    package var active: Int
    package var limit: Int

    package init(gate: String, ahead: Int?, active: Int, limit: Int) {
        self.gate = gate
        self.ahead = ahead
        self.active = active
        self.limit = limit
    }
}

package struct EventTaker: Sendable, Hashable {
    package var instance: InstanceID
    package var run: Int
    package var wait: MemoKey
    package var time: Timestamp

    package init(instance: InstanceID, run: Int, wait: MemoKey, time: Timestamp) {
        self.instance = instance
        self.run = run
        self.wait = wait
        self.time = time
    }
}

/// One of those who stand at a gate.
package struct GateVisitor: Sendable, Hashable {
    package var instance: InstanceID
    /// It has a place; others wait for one.
    package var isAdmitted: Bool
    package var status: InstanceStatus

    package init(instance: InstanceID, isAdmitted: Bool, status: InstanceStatus) {
        self.instance = instance
        self.isAdmitted = isAdmitted
        self.status = status
    }
}

/// An event with what it is to an instance.
package struct SeenEvent: Sendable, Equatable {
    package var event: StoredEvent
    /// It was accepted before the instance was created, which never waits for such ones.
    package var isEarlier: Bool
    /// The step of the instance that has consumed it.
    package var takenBy: MemoKey?

    package init(event: StoredEvent, isEarlier: Bool, takenBy: MemoKey?) {
        self.event = event
        self.isEarlier = isEarlier
        self.takenBy = takenBy
    }
}
