import Values
import WorkflowEngine
import WorkflowJournal

/// What clients do, and that they do it as clients should: whatever is not known is asked again under the same key.
struct Workload {
    struct Start {
        var at: Int64
        var workflow: String
        var input: Value
        var key: String
        /// Sent again though it was answered.
        var repetitions = 0

        init(at: Int64, workflow: String, input: Value, key: String, repetitions: Int = 0) {
            self.at = at
            self.workflow = workflow
            self.input = input
            self.key = key
            self.repetitions = repetitions
        }
    }

    struct Event {
        var at: Int64
        var event: NewEvent
        var repetitions = 0
        /// Key of the start that must have been answered before: an event older than an instance never counts for it.
        var afterStart: String?

        init(at: Int64, event: NewEvent, repetitions: Int = 0, afterStart: String? = nil) {
            self.at = at
            self.event = event
            self.repetitions = repetitions
            self.afterStart = afterStart
        }
    }

    struct Cancel {
        var at: Int64
        /// Key of the start whose instance is cancelled.
        var key: String
        var request: CancelRequest

        init(at: Int64, key: String, request: CancelRequest) {
            self.at = at
            self.key = key
            self.request = request
        }
    }

    var starts: [Start] = []
    var events: [Event] = []
    var cancels: [Cancel] = []

    init() {}
}

extension SimulatedWorld {
    func schedule(_ workload: Workload) {
        for start in workload.starts { later(start.at) { $0.send(start, repetitions: start.repetitions) } }
        for event in workload.events { later(event.at) { $0.send(event, repetitions: event.repetitions) } }
        for cancel in workload.cancels { later(cancel.at) { $0.send(cancel) } }
    }

    private func send(_ start: Workload.Start, repetitions: Int) {
        let id = InstanceID(at: journal.now(), random: (random.next(), random.next()))
        let request = StartRequest(
            workflow: start.workflow, input: start.input, trigger: ["type": "api"],
            idempotency: IdempotentRequest(key: start.key, bodyDigest: ContentDigest(of: start.input)))
        ask({ .start($0, request, id) }) { [unowned self] answer in
            checker.startAnswered(start.key, asked: id, answer)
            switch answer {
            case .started:
                if repetitions > 0 { later(random.within(0...5_000_000)) { $0.send(start, repetitions: repetitions - 1) } }
            case .refused(let error) where error.code == .unknown || error.code == .unavailable:
                later(random.within(500_000...3_000_000)) { $0.send(start, repetitions: repetitions) }
            case .refused, .written, .retried, .upgraded: break
            }
        }
    }

    private func send(_ event: Workload.Event, repetitions: Int) {
        if let key = event.afterStart, checker.startedInstance(key) == nil, clock.elapsed < event.at + 3_600_000_000 {
            later(100_000) { $0.send(event, repetitions: repetitions) }
            return
        }
        ask({ .write($0, .accept(SentEvent(event: event.event))) }) { [unowned self] answer in
            switch answer {
            case .written(.accepted(let accepted)):
                checker.eventAnswered(event.event, accepted)
                if repetitions > 0 { later(random.within(0...5_000_000)) { $0.send(event, repetitions: repetitions - 1) } }
            case .written(.unknown), .refused:
                later(random.within(500_000...3_000_000)) { $0.send(event, repetitions: repetitions) }
            case .written, .started, .retried, .upgraded: checker.report("G1", "an event was answered with \(answer)")
            }
        }
    }

    private func send(_ cancel: Workload.Cancel) {
        guard let id = checker.startedInstance(cancel.key) else {
            // Its start has not been answered yet.
            if clock.elapsed < cancel.at + 3_600_000_000 { later(2_000_000) { $0.send(cancel) } }
            return
        }
        ask({ .write($0, .request(InstanceRequest(instance: id, kind: .cancel(cancel.request)))) }) { [unowned self] answer in
            switch answer {
            case .written(.requested(.recorded)): checker.cancelAccepted(id)
            case .written(.requested(.alreadyEnded)): checker.cancelRefused(id)
            case .written(.unknown), .refused: later(random.within(500_000...3_000_000)) { $0.send(cancel) }
            case .written, .started, .retried, .upgraded: checker.report("G1", "a cancel was answered with \(answer)")
            }
        }
    }
}
