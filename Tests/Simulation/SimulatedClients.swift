import JournalMemory
import Values
import WorkflowEngine
import WorkflowJournal

/// Clients that do as clients should: whatever is not known is asked again, under the same key where there is one.
extension SimulatedWorld {
    func schedule(_ workload: Workload) {
        for start in workload.starts { later(start.at) { $0.send(start, repetitions: start.repetitions) } }
        for event in workload.events { later(event.at) { $0.send(event, repetitions: event.repetitions) } }
        for operation in workload.operations { later(operation.at) { $0.carryOut(operation) } }
    }

    private static let patience: Int64 = 3_600_000_000

    private func again(_ act: @escaping (SimulatedWorld) -> Void) { later(random.within(500_000...3_000_000), act) }

    private func send(_ start: Workload.Start, repetitions: Int) {
        let id = InstanceID(at: journal.now(), random: (random.next(), random.next()))
        let request = StartRequest(
            workflow: start.workflow, input: start.input, trigger: ["type": "api", "key": .string(start.key)],
            idempotency: IdempotentRequest(key: start.key, bodyDigest: ContentDigest(of: start.input)))
        ask({ .start($0, request, id) }) { [unowned self] answer in
            checker.startAnswered(start.key, asked: id, answer)
            switch answer {
            case .started:
                if repetitions > 0 { later(random.within(0...5_000_000)) { $0.send(start, repetitions: repetitions - 1) } }
            case .refused(let error) where error.code == .unknown || error.code == .unavailable:
                again { $0.send(start, repetitions: repetitions) }
            case .refused, .written, .retried, .upgraded: break
            }
        }
    }

    private func send(_ event: Workload.Event, repetitions: Int) {
        if let key = event.afterStart, checker.startedInstance(key) == nil, clock.elapsed < event.at + Self.patience {
            later(100_000) { $0.send(event, repetitions: repetitions) }
            return
        }
        if checker.hasLeft(event.event) { return }
        ask({ .write($0, .accept(SentEvent(event: event.event))) }) { [unowned self] answer in
            switch answer {
            case .written(.accepted(let accepted)):
                checker.eventAnswered(event.event, accepted)
                if repetitions > 0 { later(random.within(0...5_000_000)) { $0.send(event, repetitions: repetitions - 1) } }
            case .written(.unknown), .refused: again { $0.send(event, repetitions: repetitions) }
            case .written, .started, .retried, .upgraded: checker.report("G1", "an event was answered with \(answer)")
            }
        }
    }

    // MARK: - Operators

    private func carryOut(_ operation: Workload.Operation) {
        guard let id = checker.startedInstance(operation.key) else {
            // Its start has not been answered yet.
            if clock.elapsed < operation.at + Self.patience { later(2_000_000) { $0.carryOut(operation) } }
            return
        }
        switch operation.act {
        case .cancel(let request): cancel(id, request)
        case .pause(let length): pause(id, for: length)
        case .retry(let step, let upgrades): retry(id, fromStep: step, upgrades: upgrades)
        case .upgrade: upgrade(id)
        }
    }

    private func request(
        _ id: InstanceID, _ kind: InstanceRequest.Kind, _ receive: @escaping (WriteOutcome.RequestOutcome) -> Void
    ) {
        ask({ .write($0, .request(InstanceRequest(instance: id, kind: kind))) }) { [unowned self] answer in
            switch answer {
            case .written(.requested(let outcome)): receive(outcome)
            case .written(.unknown), .refused: again { $0.request(id, kind, receive) }
            case .written, .started, .retried, .upgraded: checker.report("G1", "a request was answered with \(answer)")
            }
        }
    }

    private func cancel(_ id: InstanceID, _ cancel: CancelRequest) {
        request(id, .cancel(cancel)) { [unowned self] outcome in
            switch outcome {
            case .recorded: checker.cancelAccepted(id)
            case .alreadyEnded: checker.refusedAsEnded(id)
            case .held(.quarantined) where id == checker.poisoned: break
            case .held(let hold): checker.report("G20", "\(id) is held: \(hold.rawValue)")
            case .notFound where checker.gone[id] != nil: break
            case .notFound, .notHeld: checker.report("G1", "a cancel of \(id) was answered with \(outcome)")
            }
        }
    }

    private func pause(_ id: InstanceID, for length: Int64) {
        request(id, .pause(reason: "let me look")) { [unowned self] outcome in
            switch outcome {
            case .recorded: later(length) { $0.resume(id) }
            case .alreadyEnded: checker.refusedAsEnded(id)
            case .notFound where checker.gone[id] != nil: break
            case .notFound, .held, .notHeld: checker.report("G1", "a pause of \(id) was answered with \(outcome)")
            }
        }
    }

    private func resume(_ id: InstanceID) {
        request(id, .resume(reason: "go on")) { [unowned self] outcome in
            switch outcome {
            // A cancel has released it, or another operator; or it ended before the pause took effect.
            case .recorded, .notHeld, .alreadyEnded: break
            case .notFound where checker.gone[id] != nil: break
            case .notFound, .held: checker.report("G1", "a resume of \(id) was answered with \(outcome)")
            }
        }
    }

    private func retry(_ id: InstanceID, fromStep number: Int?, upgrades: Bool) {
        // As the server does: the instance is read without a claim.
        guard let stored = (try? journal.inner.storedInstance(id)) ?? nil else { return }
        let steps = stored.steps.filter { $0.verb != .signal }
        let step = steps.isEmpty ? nil : number.map { steps[$0 % steps.count].key }
        ask({ .retry($0, stored, RetryRequest(from: step, upgrades: upgrades, reason: "once more")) }) {
            [unowned self] answer in
            switch answer {
            case .retried: checker.note("retried")
            // Not knowing, an operator looks before trying again; here he leaves it at that.
            case .refused(let error):
                checker.note("retry refused: \(error.code.rawValue)")
                if error.code == .notEnded, clock.elapsed < plan.calmAt {
                    later(60_000_000) { $0.retry(id, fromStep: number, upgrades: upgrades) }
                }
            case .written, .started, .upgraded: checker.report("G1", "a retry was answered with \(answer)")
            }
        }
    }

    private func upgrade(_ id: InstanceID) {
        guard let stored = (try? journal.inner.storedInstance(id)) ?? nil, !stored.state.status.isTerminal else { return }
        ask({ .upgrade($0, stored.claim.instance, reason: "newer is better") }) { [unowned self] answer in
            switch answer {
            case .upgraded(let digest): checker.note(digest == stored.digest ? "upgraded to itself" : "upgraded")
            case .refused(let error): checker.note("upgrade refused: \(error.code.rawValue)")
            case .written, .started, .retried: checker.report("G1", "an upgrade was answered with \(answer)")
            }
        }
    }
}
