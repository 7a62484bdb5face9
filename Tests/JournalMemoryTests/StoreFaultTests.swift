import JournalMemory
import Testing
import Values
import WorkflowJournal

@Suite struct StoreFaultTests {
    let journal = MemoryJournal { Timestamp(microseconds: 0) }
    let event = JournalWrite.accept(SentEvent(event: NewEvent(id: "e", name: "paid", source: "s", data: [:])))

    func code(of work: () throws -> Void) -> JournalError.Code? {
        do { try work() } catch { return (error as? JournalError)?.code }
        return nil
    }

    @Test(arguments: [
        (StoreFault.crashBefore, JournalError.Code.failed, 0, true), (.crashAt, .failed, 1, true), (.busy, .busy, 0, false),
        (.full, .full, 0, false), (.failed, .failed, 0, true), (.unknownCommitted, .unknown, 1, false),
        (.unknownLost, .unknown, 0, false),
    ])
    func `a fault happens at its operation and leaves what it promises`(
        fault: StoreFault, expected: JournalError.Code, stored: Int, isDown: Bool
    ) throws {
        _ = try journal.open(node: "one")
        journal.order(fault, at: 2)
        #expect(code { _ = try journal.write([event]) } == expected)
        #expect(try journal.events(named: nil, limit: 10).count == stored)
        #expect(journal.isDown == isDown)
        #expect((code { try journal.maintain() } == .failed) == isDown)
        _ = try journal.open(node: "one")
        _ = try journal.write([event])
        #expect(try journal.events(named: nil, limit: 10).count == 1)
    }

    /// Writes that begin with the storage of runs, children and gates, each with what it leaves when it happened.
    private static var furtherWrites: [(String, (MemoryJournal, Claim) -> JournalWrite)] {
        [
            ("enqueue", { _, _ in .enqueue(new(2, gate: GateRequest(workflow: "w", key: "", limit: 1, overflow: .queue))) }),
            (
                "children and events",
                { journal, claim in
                    var transition = Transition(
                        subject: .advance(claim), time: journal.now(), instance: .init(status: .suspended))
                    transition.children = [new(2)]
                    transition.eventsSent = [
                        SentEvent(event: NewEvent(id: "e", name: "paid", source: "wfrun", data: [:]), starts: [new(3)])
                    ]
                    return .transition(transition)
                }
            ),
            (
                "next run",
                { journal, claim in
                    var transition = Transition(
                        subject: .advance(claim), time: journal.now(), instance: .init(status: .running, run: 2))
                    transition.nextRun = Transition.NextRun(
                        kind: .continuedAsNew, digest: definition.digest, input: [:], config: ContentDigest(of: [:] as Value),
                        labels: [:])
                    return .transition(transition)
                }
            ),
            ("pause", { _, claim in .request(InstanceRequest(instance: claim.id, kind: .pause(reason: nil))) }),
        ]
    }

    @Test(arguments: 0..<4, [StoreFault.crashBefore, .crashAt, .unknownCommitted, .unknownLost])
    func `a write of any kind happens whole or not at all, whatever fault strikes`(kind: Int, fault: StoreFault) throws {
        let (name, write) = Self.furtherWrites[kind]
        _ = try journal.open(node: "one")
        var start = Transition(subject: .start(Self.new(1)), time: journal.now(), instance: .init(status: .suspended))
        start.instance.startedAt = journal.now()
        let set = try journal.write([.define(Self.definition), .configure([:]), .transition(start)])
        guard case .committed(let started) = set[2] else { throw JournalError(.failed, "\(set[2])") }

        // The same write on a copy that no fault strikes says what it leaves.
        let unharmed = MemoryJournal(restoring: journal.snapshot) { Timestamp(microseconds: 0) }
        var claim = started.claim
        claim.epoch = try unharmed.open(node: "one")
        _ = try unharmed.write([write(unharmed, claim)])

        let before = try image(of: journal)
        journal.order(fault, at: journal.operations + 1)
        #expect(code { _ = try journal.write([write(journal, started.claim)]) } != nil, "\(name)")
        let happened = fault == .crashAt || fault == .unknownCommitted
        #expect(try image(of: journal) == (happened ? image(of: unharmed) : before), "\(name)")
        #expect(try before != image(of: unharmed), "\(name) leaves something")
    }

    /// What can be seen of the instances and events in a journal.
    private func image(of journal: MemoryJournal) throws -> [String] {
        var lines = try journal.events(named: nil, limit: 10).map { "\($0)" }
        for summary in try journal.instances(matching: InstanceFilter(), after: nil, limit: 10) {
            let stored = try #require(try journal.storedInstance(summary.id))
            lines.append("\(stored) \(try journal.runs(of: summary.id)) \(try journal.gatePosition(of: summary.id) as Any)")
        }
        return lines
    }

    private static let definition = DefinitionRecord(
        digest: ContentDigest(of: "w".utf8), workflow: "w", semantics: 1, sources: [], matchSets: [])

    private static func new(_ number: Int, gate: GateRequest? = nil) -> NewInstance {
        NewInstance(
            id: InstanceID(at: Timestamp(microseconds: 0), random: (UInt64(number), UInt64(number) << 8)), workflow: "w",
            digest: definition.digest, input: [:], config: ContentDigest(of: [:] as Value), trigger: ["type": "api"],
            gate: gate, createdAt: Timestamp(microseconds: 0))
    }

    @Test func `a crash after an operation is felt by the next one`() throws {
        _ = try journal.open(node: "one")
        journal.order(.crashAfter, at: 2)
        _ = try journal.write([event])
        #expect(journal.isDown)
        #expect(code { _ = try journal.write([event]) } == .failed)
    }

    @Test func `a plan decides by number and kind`() throws {
        journal.plan(faults: { number, kind in kind == .claim && number > 2 ? .busy : nil })
        _ = try journal.open(node: "one")
        _ = try journal.claim(limit: 1)
        #expect(code { _ = try journal.claim(limit: 1) } == .busy)
        #expect(journal.operations == 3)
    }

    @Test func `a snapshot is not touched by what happens later`() throws {
        _ = try journal.open(node: "one")
        let snapshot = journal.snapshot
        _ = try journal.write([event])
        let earlier = MemoryJournal(restoring: snapshot) { Timestamp(microseconds: 0) }
        #expect(try earlier.events(named: nil, limit: 10).isEmpty)
    }

    @Test func `nothing is answered before the journal is open and after it is closed`() throws {
        #expect(code { _ = try journal.write([event]) } == .failed)
        _ = try journal.open(node: "one")
        journal.close()
        #expect(code { _ = try journal.claim(limit: 1) } == .failed)
    }
}
