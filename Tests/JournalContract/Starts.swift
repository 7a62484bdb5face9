import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let startClauses: [Clause] = [
        Clause("a start writes the instance with its first rows and claims it for this node") { bench throws in
            let claim = try bench.started(1, status: .running) { $0.steps = [.insert(bench.step("a"))] }
            #expect(claim.id == Bench.id(1))
            #expect(claim.epoch == bench.epoch)
            let stored = try bench.load(claim)
            #expect(stored.workflow == "orders" && stored.semantics == 1 && stored.state.status == .running)
            #expect(stored.input == ["n": 1] && stored.config == Bench.config && stored.trigger == ["type": "api"])
            #expect(stored.steps == [bench.step("a")])
            #expect(try bench.store.claim(limit: 10).isEmpty)
        },
        Clause("the same Idempotency-Key and body within a day is the same instance") { bench throws in
            var new = bench.new(1)
            new.request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "body".utf8))
            _ = try bench.committed(bench.start(new))
            var again = bench.new(2)
            again.request = new.request
            #expect(try bench.start(again) == .existing(Bench.id(1)))
            #expect(try bench.store.instance(Bench.id(2)) == nil)
        },
        Clause("the same Idempotency-Key in one batch is one instance") { bench throws in
            let request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "body".utf8))
            let batch = [1, 2].map { number in
                var new = bench.new(number)
                new.request = request
                return JournalWrite.transition(
                    Transition(subject: .start(new), time: bench.store.now(), instance: .init(status: .running)))
            }
            let outcomes = try bench.store.write(batch)
            _ = try bench.committed(outcomes[0])
            #expect(outcomes[1] == .existing(Bench.id(1)))
        },
        Clause("an Idempotency-Key with another body is refused and starts nothing") { bench throws in
            var new = bench.new(1)
            new.request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "body".utf8))
            _ = try bench.committed(bench.start(new))
            var other = bench.new(2)
            other.request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "other".utf8))
            #expect(try bench.start(other).refusal == .keyReused)
            #expect(try bench.store.instance(Bench.id(2)) == nil)
        },
        Clause("an Idempotency-Key is forgotten after a day, with upkeep and without") { bench throws in
            func new(_ number: Int) -> NewInstance {
                var new = bench.new(number)
                new.request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "body".utf8))
                return new
            }
            _ = try bench.committed(bench.start(new(1)))
            bench.clock.advance(seconds: 86_399)
            try bench.store.maintain()
            #expect(try bench.start(new(2)) == .existing(Bench.id(1)))
            bench.clock.advance(seconds: 2)
            _ = try bench.committed(bench.start(new(2)))
            bench.clock.advance(seconds: 86_401)
            try bench.store.maintain()
            _ = try bench.committed(bench.start(new(3)))
        },
        Clause("a caller's key names one instance of a workflow: same input, same instance; other input, refused") {
            bench throws in
            var new = bench.new(1)
            new.callerKey = "order-7"
            _ = try bench.committed(bench.start(new))
            var again = bench.new(2)
            again.callerKey = "order-7"
            #expect(try bench.start(again) == .existing(Bench.id(1)))
            var other = bench.new(3, input: ["n": 2])
            other.callerKey = "order-7"
            let outcome = try bench.start(other)
            #expect(outcome.refusal == .callerKeyTaken)
            #expect("\(outcome)".contains(Bench.id(1).text))
        },
        Clause("keys are compared by code point, not by Unicode normalisation") { bench throws in
            var new = bench.new(1)
            new.callerKey = "caf\u{E9}"
            _ = try bench.committed(bench.start(new))
            var other = bench.new(2)
            other.callerKey = "cafe\u{301}"
            _ = try bench.committed(bench.start(other))
        },
        Clause("a start with the id of an instance is that instance, unchanged") { bench throws in
            let claim = try bench.started(1)
            #expect(try bench.start(bench.new(1), status: .failed) == .existing(Bench.id(1)))
            #expect(try bench.load(claim).state.status == .suspended)
        },
        Clause("a start of a definition or configuration that is not stored is refused") { bench throws in
            var new = bench.new(1)
            new.digest = ContentDigest(of: "unknown".utf8)
            #expect(try bench.start(new).refusal == .quarantined)
            new = bench.new(1)
            new.config = ContentDigest(of: "unknown".utf8)
            #expect(try bench.start(new).refusal == .quarantined)
            #expect(try bench.store.instance(Bench.id(1)) == nil)
        },
    ]
}
