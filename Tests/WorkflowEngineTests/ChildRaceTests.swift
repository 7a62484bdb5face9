import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Parents and children that write at the same time, and writes of which nobody knows what became.
struct ChildRaceTests {
    private static let child = """
        workflow: child
        returns: { n: integer }
        steps:
          - id: work
            call: shell
            with: { argv: [work] }
        output: { n: 7 }
        """

    private static let parent = """
        workflow: case
        steps:
          - id: before
            call: shell
            with: { argv: [before] }
          - id: sub
            invoke: child
            timeout: 1m
        output: ${{ steps.sub.n }}
        """

    private static func bench() throws -> (Bench, InstanceID) {
        let bench = try Bench()
        try bench.define(child)
        try bench.define(parent, besides: [child])
        return (bench, bench.start())
    }

    @Test func `A cancel of the parent while its child's end is being written ends it once`() throws {
        let (bench, id) = try Self.bench()
        bench.end("before")
        bench.holdsWrites = true
        bench.end("work")
        bench.cancel(id)
        try bench.flush()
        bench.advance(1)
        #expect(bench.status(bench.child(of: id, "sub")) == .completed)
        #expect([.completed, .cancelled].contains(bench.status(id)))
        #expect(bench.row(id, "sub")?.status.isFinal == true)
    }

    @Test func `A child's end that is written before the parent's timeout is the step's outcome`() throws {
        let (bench, id) = try Self.bench()
        bench.end("before")
        bench.holdsWrites = true
        bench.advance(61)
        // The timeout's transition is under way when the child's end is committed.
        bench.end("work", .success(Bench.shellOutput))
        try bench.flush()
        bench.advance(1)
        #expect(bench.status(bench.child(of: id, "sub")) == .completed)
        #expect(bench.status(id) == .completed)
        #expect(bench.output(id) == 7)
    }

    @Test(arguments: [StoreFault.unknownCommitted, .unknownLost])
    func `A start of a child of which nobody knows whether it was written happens once`(fault: StoreFault) throws {
        let (bench, id) = try Self.bench()
        bench.failNextWrite(fault)
        bench.end("before")
        bench.advance(2)
        #expect(bench.instances(of: "child").count == 1)
        bench.end("work")
        bench.advance(2)
        #expect(bench.status(id) == .completed)
        #expect(bench.row(id, "before")?.attempt == 1)
    }

    @Test(arguments: [StoreFault.unknownCommitted, .unknownLost])
    func `An end of a child of which nobody knows whether it was written is heard`(fault: StoreFault) throws {
        let (bench, id) = try Self.bench()
        bench.end("before")
        bench.failNextWrite(fault)
        bench.end("work")
        bench.advance(2)
        #expect(bench.status(bench.child(of: id, "sub")) == .completed)
        #expect(bench.status(id) == .completed)
    }

    @Test func `A drain starts the child and leaves its beginning to the next server`() throws {
        let (bench, id) = try Self.bench()
        bench.handle(.drain)
        bench.end("before")
        let child = bench.child(of: id, "sub")
        #expect(bench.status(child) == .pending)
        #expect(bench.core.isQuiet)
        try bench.restart()
        #expect(bench.runningSteps == ["work"])
        bench.end("work")
        #expect(bench.status(id) == .completed)
    }

    @Test func `A parent that left memory hears of its child's end`() throws {
        let (bench, id) = try Self.bench()
        bench.configuration.maximumIdleInstances = 0
        try bench.restart()
        bench.end("before")
        bench.end("work")
        #expect(bench.status(id) == .completed)
    }

    @Test func `A thousand children that end together are all heard`() throws {
        let bench = try Bench()
        try bench.define(Self.child.replacing("call: shell\n    with: { argv: [work] }", with: "call: random.uuid"))
        try bench.define(
            """
            workflow: case
            input: { items: list(integer) }
            steps:
              - id: all
                foreach: { in: "${{ input.items }}", concurrency: 300 }
                invoke: child
                output: ${{ result.n }}
            output: ${{ steps.all.sum() }}
            """, besides: [Self.child])
        bench.configuration.maximumIdleInstances = 20
        try bench.restart()
        let id = bench.start("case", ["items": .list((0..<1_000).map { .int($0) })])
        bench.advance(1)
        #expect(bench.status(id) == .completed)
        #expect(bench.output(id) == 7_000)
    }
}
