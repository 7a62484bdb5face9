import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Actions under way when a step beside them fails are let finish (language.md §3), whatever happens to the server meanwhile.
struct LetFinishTests {
    private static let pair = """
        workflow: case
        timeout: 1h
        steps:
          - id: both
            parallel:
              - id: a
                call: shell
                with: { argv: [a] }
                retry: { attempts: 3, delay: 1m }
                compensate:
                  - id: back
                    call: shell
                    with: { argv: [back] }
              - id: b
                call: shell
                with: { argv: [b] }
        """

    /// Both run, and `b` has failed.
    private func stopping() throws -> (bench: Bench, id: InstanceID) {
        let bench = try Bench(Self.pair)
        let id = bench.start()
        bench.end("both/b", .failure(Failure(code: "no.luck", message: "no")))
        #expect(bench.runningSteps == ["both/a"])
        #expect(bench.aborted.isEmpty)
        return (bench, id)
    }

    private func undone(_ bench: Bench, _ id: InstanceID) {
        #expect(bench.row(id, "both/a")?.status == .completed)
        #expect(bench.runningSteps == ["both/a.undo/back"])
        bench.end("both/a.undo/back")
        #expect(bench.failure(id)?.code == "no.luck")
        #expect(bench.core.placesInUse == 0)
    }

    @Test func `An action that a crash interrupts meanwhile is repeated, and undone`() throws {
        let (bench, id) = try stopping()
        let key = bench.running[0].invocation.key
        for count in 1...5 {
            try bench.restart()
            #expect(bench.running.map(\.invocation.key) == [key])
            #expect(bench.running.map(\.invocation.attempt) == [1])
            #expect(bench.row(id, "both/a")?.interruptions == count)
        }
        bench.end("both/a")
        undone(bench, id)
    }

    @Test func `An action that is interrupted six times fails, as anywhere`() throws {
        let (bench, id) = try stopping()
        for _ in 1...6 { try bench.restart() }
        #expect(bench.row(id, "both/a")?.failure?.code == "interrupted")
        #expect(bench.row(id, "both/a")?.failure?.isUncertain == true)
        #expect(bench.failure(id)?.code == "no.luck")
    }

    @Test func `A repetition that has to wait for a place is not forgotten over another restart`() throws {
        let (bench, id) = try stopping()
        bench.limits = ["shell": 0]
        try bench.restart()
        #expect(bench.row(id, "both/a")?.status == .scheduled)
        try bench.restart()
        #expect(bench.row(id, "both/a")?.status == .scheduled)
        bench.limits = [:]
        try bench.restart()
        #expect(bench.running.map(\.invocation.attempt) == [1])
        bench.end("both/a")
        undone(bench, id)
    }

    @Test func `A repetition that fails is not tried again`() throws {
        let (bench, id) = try stopping()
        try bench.restart()
        bench.end("both/a", .failure(Bench.unavailable))
        #expect(bench.running.isEmpty)
        #expect(bench.row(id, "both/a")?.failure?.code == "http.503")
        #expect(bench.failure(id)?.code == "no.luck")
    }

    @Test func `A cancel ends a repetition that waits for a place, and nobody knows whether it had its effect`() throws {
        let (bench, id) = try stopping()
        bench.limits = ["shell": 0]
        try bench.restart()
        bench.cancel(id)
        #expect(bench.row(id, "both/a")?.failure?.code == "interrupted")
        #expect(bench.row(id, "both/a")?.failure?.isUncertain == true)
        #expect(bench.status(id) == .cancelled)
    }

    @Test func `After a timeout an interrupted action is not repeated`() throws {
        let (bench, id) = try stopping()
        bench.advance(3_600)
        #expect(bench.aborted == ["both/a"])
        try bench.restart()
        #expect(bench.running.isEmpty)
        #expect(bench.row(id, "both/a")?.failure?.code == "interrupted")
        #expect(bench.status(id) == .timedOut)
    }

    @Test func `An action that waits for its first place does not begin any more`() throws {
        let bench = try Bench(Self.pair)
        bench.limits = ["shell": 1]
        try bench.restart()
        let id = bench.start()
        #expect(bench.runningSteps == ["both/a"])
        bench.end("both/a", .failure(Failure(code: "no.luck", message: "no")))
        #expect(bench.running.isEmpty)
        #expect(bench.row(id, "both/b")?.status == .cancelled)
        #expect(bench.row(id, "both/b")?.startedAt == nil)
        #expect(bench.core.placesInUse == 0)
    }

    @Test func `A delay between attempts ends at once, also after an interruption`() throws {
        let bench = try Bench(Self.pair)
        let id = bench.start()
        try bench.restart()
        bench.end("both/a", .failure(Bench.unavailable))
        #expect(bench.row(id, "both/a")?.status == .sleeping)
        bench.end("both/b", .failure(Failure(code: "no.luck", message: "no")))
        #expect(bench.running.isEmpty)
        #expect(bench.row(id, "both/a")?.status.isFinal == true)
        #expect(bench.failure(id)?.code == "no.luck")
    }
}
