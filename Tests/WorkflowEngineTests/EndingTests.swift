import JournalMemory
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Cancel, timeouts and deadlines: what stops, what is undone, and that a crash in between changes nothing.
struct EndingTests {
    private static let undone = """
        workflow: case
        timeout: 1h
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
            compensate:
              - id: back
                call: shell
                with: { argv: [back] }
          - id: b
            call: shell
            with: { argv: [b] }
            retry: { attempts: 5, delay: 1m, errors: http.* }
        finally:
          - id: last
            call: shell
            with: { argv: [last] }
        """

    private func unwound(_ bench: Bench, _ id: InstanceID, as status: InstanceStatus) {
        #expect(bench.runningSteps == ["a.undo/back"])
        #expect(bench.summary(id)?.ending == status)
        bench.end("a.undo/back")
        #expect(bench.runningSteps == [".finally/last"])
        bench.end(".finally/last")
        #expect(bench.status(id) == status)
        #expect((try? bench.journal.timers(of: id))?.isEmpty == true)
        #expect(bench.core.placesInUse == 0)
    }

    @Test func `A cancel stops what runs, undoes and cleans up`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.end("a")
        bench.cancel(id)
        #expect(bench.aborted == ["b"])
        bench.end("b", .failure(Bench.stopped))
        unwound(bench, id, as: .cancelled)
    }

    @Test func `An answer within the grace time counts, though cancelled`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.cancel(id)
        bench.end("a")
        #expect(bench.row(id, "a")?.status == .completed)
        unwound(bench, id, as: .cancelled)
    }

    @Test func `An action that does not stop is given up after the grace time`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.end("a")
        bench.cancel(id)
        bench.advance(9)
        #expect(bench.row(id, "b")?.status == .running)
        bench.advance(1.5)
        #expect(bench.row(id, "b")?.failure?.isUncertain == true)
        bench.end("b")
        #expect(bench.row(id, "b")?.status == .failed)
        #expect(bench.runningSteps == ["a.undo/back"])
    }

    @Test func `A cancel during a retry delay takes effect at once`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.end("a")
        bench.end("b", .failure(Bench.unavailable))
        bench.cancel(id)
        #expect(bench.row(id, "b")?.status == .cancelled)
        unwound(bench, id, as: .cancelled)
    }

    @Test func `A step that waits for a place is stopped over a restart too`() throws {
        let bench = try Bench(Self.undone)
        bench.limits = ["shell": 1]
        try bench.restart()
        let first = bench.start()
        let second = bench.start()
        bench.cancel(second)
        try bench.restart()
        bench.end("a")
        #expect(bench.status(second) == .running || bench.status(second) == .cancelled)
        while let next = bench.running.first { bench.end(next.invocation.step.text) }
        #expect(bench.status(first) == .completed)
        #expect(bench.status(second) == .cancelled)
        #expect(bench.core.placesInUse == 0)
    }

    @Test func `A cancel committed just before a crash is carried through`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.end("a")
        bench.end("b", .failure(Bench.unavailable))
        bench.holdsWrites = true
        bench.cancel(id)
        try bench.flush()
        try bench.restart()
        bench.advance(2)
        unwound(bench, id, as: .cancelled)
    }

    @Test func `Compensation can be left out`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.end("a")
        bench.cancel(id, compensates: false)
        bench.end("b", .failure(Bench.stopped))
        #expect(bench.runningSteps == [".finally/last"])
        bench.end(".finally/last")
        #expect(bench.status(id) == .cancelled)
    }

    @Test func `The workflow's deadline unwinds like a cancel`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.end("a")
        bench.advance(3_601)
        #expect(bench.aborted == ["b"])
        bench.end("b", .failure(Bench.stopped))
        unwound(bench, id, as: .timedOut)
    }

    @Test func `A cancel of an ended instance is refused`() throws {
        let bench = try Bench("workflow: case\nsteps:\n  - id: l\n    call: log\n    with: { message: m }\n")
        let id = bench.start()
        #expect(bench.status(id) == .completed)
        bench.cancel(id)
        guard case .written(.requested(.alreadyEnded(.completed)))? = bench.answers.last else { throw TestError("not refused") }
    }

    @Test func `A step's timeout stops its action and can be caught`() throws {
        let bench = try Bench(
            """
            workflow: case
            steps:
              - id: a
                call: shell
                with: { argv: [a] }
                timeout: 5s
                output: done
                catch: { errors: timeout, output: late }
            output: ${{ steps.a }}
            """)
        let id = bench.start()
        bench.advance(5.1)
        #expect(bench.aborted == ["a"])
        bench.end("a", .failure(Bench.stopped))
        #expect(bench.status(id) == .completed)
        #expect(try bench.journal.instance(id)?.output == "late")
    }

    @Test func `An action is not stopped before the stop is committed`() throws {
        let bench = try Bench(Self.undone)
        let id = bench.start()
        bench.holdsWrites = true
        bench.advance(3_601)
        #expect(bench.aborted.isEmpty)
        try bench.flush()
        #expect(bench.aborted == ["a"])
        #expect(bench.row(id, "!deadline") != nil)
    }

    @Test func `What the workflow's catch registers is undone when the clause fails`() throws {
        let bench = try Bench(
            """
            workflow: case
            steps:
              - id: a
                call: shell
                with: { argv: [a] }
            catch:
              - errors: http.*
                steps:
                  - id: b
                    call: shell
                    with: { argv: [b] }
                    compensate:
                      - id: back
                        call: shell
                        with: { argv: [back] }
                output: ${{ [1][int(error.message)] }}
            """)
        let id = bench.start()
        bench.end("a", .failure(Failure(code: "http.400", message: "7")))
        bench.end(".catch0/b")
        #expect(bench.runningSteps == [".catch0/b.undo/back"])
        bench.end(".catch0/b.undo/back")
        #expect(bench.status(id) == .failed)
    }
}
