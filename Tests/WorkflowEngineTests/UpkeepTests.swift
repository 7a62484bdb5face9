import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// What the engine does about old instances and about those that kill it: guarantees.md G22, G20.
struct UpkeepTests {
    private static let short = """
        workflow: case
        retention: { completed: 10m }
        steps:
          - id: a
            let: { n: 1 }
        """

    private static func bench(_ yaml: String, _ order: RemovalOrder?) throws -> Bench {
        let bench = try Bench(yaml)
        bench.configuration.retention = order
        try bench.restart()
        return bench
    }

    @Test func `What is past its age leaves within a minute`() throws {
        let bench = try Self.bench(Self.short, RemovalOrder())
        let id = bench.start()
        bench.advance(599)
        #expect(bench.status(id) == .completed)
        bench.advance(62)
        #expect(bench.status(id) == nil)
    }

    @Test func `Many leave in small commits, at once`() throws {
        let bench = try Self.bench(Self.short, RemovalOrder())
        for _ in 0..<250 { bench.start() }
        bench.advance(601)
        #expect(bench.instances(of: "case").isEmpty)
    }

    @Test func `Without an order nothing leaves`() throws {
        let bench = try Self.bench(Self.short, nil)
        let id = bench.start()
        bench.advance(86_400)
        #expect(bench.status(id) == .completed)
    }

    @Test func `An event that has left is not taken any more, and its wait goes on`() throws {
        let yaml = """
            workflow: case
            events: { paid: { id: string } }
            steps:
              - id: w
                wait: { event: paid }
                timeout: 1h
                catch: { errors: timeout }
            """
        let bench = try Self.bench(yaml, RemovalOrder(events: TimeSpan(microseconds: 60_000_000)))
        let id = bench.start()
        bench.request(id, .pause(reason: nil))
        bench.send("paid", ["id": "x"])
        bench.advance(121)
        #expect(try bench.journal.events(named: nil, limit: 10).isEmpty)
        bench.request(id, .resume(reason: nil))
        #expect(bench.status(id) == .suspended)
        bench.advance(3_600)
        #expect(bench.status(id) == .completed)
    }

    @Test func `Who kills the server five times in a row is quarantined, and the others go on`() throws {
        let bench = try Bench(
            """
            workflow: case
            events: { go: { id: string } }
            steps:
              - id: w
                wait: { event: go }
            """)
        let poison = bench.start()
        let other = bench.start()
        let key = try #require(bench.summary(poison)?.key)
        for death in 1...5 {
            #expect(bench.summary(poison)?.hold == nil, "death \(death)")
            bench.journal.noteWork(on: key, by: .executor)
            try bench.restart()
        }
        #expect(bench.summary(poison)?.hold == .quarantined)
        #expect(bench.summary(poison)?.holdReason?.contains("died 5 times") ?? false)
        bench.send("go", ["id": "x"])
        #expect(bench.status(other) == .completed && bench.status(poison) == .suspended)
        bench.request(poison, .resume(reason: "mended"))
        #expect(bench.status(poison) == .completed)
    }

    @Test func `What is worked on is said before it is, and taken back after`() throws {
        let bench = try Bench(Bench.one)
        let noted = Noted()
        bench.configuration.noteWork = { noted.keys.append($0) }
        try bench.restart()
        let id = bench.start()
        let key = bench.summary(id)?.key
        bench.end("a")
        #expect(noted.keys.contains(key) && noted.keys.last == .some(nil))
        #expect(zip(noted.keys, noted.keys.dropFirst()).allSatisfy { $0 != $1 })
    }
}

private final class Noted: @unchecked Sendable {
    var keys: [InstanceKey?] = []
}
