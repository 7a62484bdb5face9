import JournalMemory
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

extension ExplanationCase {
    private static let undone = """
          - { id: reserve, call: shell, with: { argv: [a] }, compensate: [{ id: free, call: shell, with: { argv: [z] } }] }
          - { id: charge, call: shell, with: { argv: [b] }, compensate: [{ id: refund, call: shell, with: { argv: [y] } }] }
          - { id: ship, call: shell, with: { argv: [c] } }
        """
    private static let broken = Failure(code: "shell.exit", message: "exit status 3", isUncertain: false)

    static let failures = [
        ExplanationCase("undoing-after-a-failure") {
            let (bench, id) = try started(undone)
            for step in ["reserve", "charge"] { bench.end(step) }
            bench.end("ship", .failure(broken))
            return (bench, id)
        },
        ExplanationCase("undoing-after-a-cancel") {
            let (bench, id) = try started(undone)
            for step in ["reserve", "charge"] { bench.end(step) }
            bench.request(id, .cancel(CancelRequest(reason: "customer called")))
            bench.end("ship", .failure(Bench.stopped))
            bench.advance(20)
            return (bench, id)
        },
        ExplanationCase("told-to-stop-after-a-cancel") {
            let (bench, id) = try started(undone)
            bench.request(id, .cancel(CancelRequest()))
            return (bench, id)
        },
        ExplanationCase("let-finish-after-a-failure-beside-it") {
            let (bench, id) = try started(
                """
                  - id: both
                    parallel:
                      - { id: a, call: shell, with: { argv: [a] } }
                      - { id: b, call: shell, with: { argv: [b] } }
                """)
            bench.end("both/a", .failure(broken))
            return (bench, id)
        },
        ExplanationCase("undoing-after-the-deadline") {
            let (bench, id) = try started(undone, "timeout: 1h")
            bench.end("reserve")
            bench.advance(3_600)
            bench.end("charge", .failure(Bench.stopped))
            return (bench, id)
        },
        ExplanationCase("catching") {
            let (bench, id) = try started(
                """
                  - id: a
                    call: shell
                    with: { argv: [a] }
                    catch:
                      errors: shell.exit
                      steps:
                        - { id: decide, wait: { event: decided }, timeout: 1d }
                """, "events: { decided: any }")
            bench.end("a", .failure(broken))
            return (bench, id)
        },
        ExplanationCase("cleaning") {
            let (bench, id) = try started(
                "  - { id: nap, sleep: 1s }", "finally:\n  - { id: tidy, call: shell, with: { argv: [t] } }")
            bench.advance(2)
            return (bench, id)
        },
        ExplanationCase("failed") {
            let (bench, id) = try started(
                "  - { id: a, call: shell, with: { argv: [a] }, retry: { attempts: 2, errors: shell.exit } }")
            bench.end("a", .failure(broken))
            bench.advance(5)
            bench.end("a", .failure(broken))
            bench.advance(60)
            return (bench, id)
        },
        ExplanationCase("failed-of-itself") {
            try started("  - { id: no, fail: { code: shop.closed, message: the shop is closed } }")
        },
        ExplanationCase("failed-with-loose-ends") {
            let (bench, id) = try started(undone)
            for step in ["reserve", "charge"] { bench.end(step) }
            bench.end("ship", .failure(Failure(code: "timeout", message: "it took too long", isUncertain: true)))
            bench.end("charge.undo/refund", .failure(broken))
            bench.end("reserve.undo/free")
            return (bench, id)
        },
        ExplanationCase("completed") {
            let (bench, id) = try started("  - { id: nap, sleep: 1s }")
            bench.advance(2)
            return (bench, id)
        },
        ExplanationCase("cancelled") {
            let (bench, id) = try started("  - { id: nap, sleep: 1h }")
            bench.cancel(id)
            return (bench, id)
        },
        ExplanationCase("timed-out") {
            let (bench, id) = try started("  - { id: nap, sleep: 2h }", "timeout: 1h")
            bench.advance(3_601)
            return (bench, id)
        },
    ]

    // MARK: - Others

    static let others = [
        ExplanationCase("paused") {
            let (bench, id) = try started("  - { id: nap, sleep: 1h }")
            bench.request(id, .pause(reason: "bank is down"))
            bench.advance(60)
            return (bench, id)
        },
        ExplanationCase("paused-without-a-reason") {
            let (bench, id) = try started("  - { id: a, call: shell, with: { argv: [a] } }")
            bench.request(id, .pause(reason: nil))
            return (bench, id)
        },
        ExplanationCase("held-for-a-mismatch") { try mismatched() },
        ExplanationCase("held-as-unsupported") {
            let bench = try Bench("workflow: case\nsteps:\n  - { id: a, sleep: 1h }\n")
            let id = bench.start()
            bench.definitions.replace(try #require(bench.definitions.current("case")).graph.digest, by: nil)
            try bench.restart()
            bench.advance(3_600)
            return (bench, id)
        },
        ExplanationCase("quarantined") { try quarantined() },
        ExplanationCase("unbegun") {
            let bench = try Bench("workflow: case\nsteps:\n  - { id: a, sleep: 1h }\n")
            return (bench, try enqueued(bench))
        },
        ExplanationCase("unbegun-without-a-server", obstacle: noServer) {
            let bench = try Bench("workflow: case\nsteps:\n  - { id: a, sleep: 1h }\n")
            return (bench, try enqueued(bench))
        },
        ExplanationCase("cancel-not-yet-seen", obstacle: noServer) {
            let (bench, id) = try started("  - { id: nap, sleep: 1h }")
            let request = InstanceRequest(instance: id, kind: .cancel(CancelRequest(reason: "too late")))
            _ = try bench.journal.inner.write([.request(request)])
            return (bench, id)
        },
    ]

    // MARK: - Ended by force

    static let forced = [
        ExplanationCase("cancelled-by-force") {
            let (bench, id) = try mismatched()
            bench.request(id, .forceCancel(CancelRequest(reason: "of no use any more")))
            bench.advance(60)
            return (bench, id)
        },
        ExplanationCase("cancelled-by-force-without-a-definition") {
            let (bench, id) = try quarantined()
            bench.definitions.replace(try #require(bench.definitions.current("case")).graph.digest, by: nil)
            bench.request(id, .forceCancel(CancelRequest()))
            return (bench, id)
        },
        ExplanationCase("cancelled-by-force-from-quarantine") {
            let (bench, id) = try quarantined()
            bench.request(id, .forceCancel(CancelRequest(reason: "it kills servers")))
            return (bench, id)
        },
        ExplanationCase("cancelled-by-force-while-an-action-ran") {
            let (bench, id) = try quarantined("  - { id: a, call: shell, with: { argv: [a] } }")
            bench.request(id, .forceCancel(CancelRequest()))
            return (bench, id)
        },
        ExplanationCase("cancelled-after-a-retry-of-an-end-by-force") {
            let (bench, id) = try quarantined()
            bench.request(id, .forceCancel(CancelRequest(reason: "it kills servers")))
            bench.advance(60)
            try bench.retry(id)
            bench.request(id, .cancel(CancelRequest(reason: "second thoughts")))
            return (bench, id)
        },
    ]

    private static func mismatched() throws -> (Bench, InstanceID) {
        let bench = try Bench("workflow: case\nsteps:\n  - { id: a, sleep: 1h }\n")
        let id = bench.start()
        let digest = try #require(bench.definitions.current("case")).graph.digest
        bench.definitions.replace(
            digest, by: try Bench("workflow: case\nsteps:\n  - { id: b, sleep: 1h }\n").definitions.current("case")?.graph)
        try bench.restart()
        bench.send("nothing", .null)
        bench.advance(3_600)
        return (bench, id)
    }

    private static func quarantined(_ steps: String = "  - { id: nap, sleep: 1h }") throws -> (Bench, InstanceID) {
        let (bench, id) = try started(steps)
        let stored = try #require(try bench.journal.storedInstance(id))
        let claim = try #require(try bench.journal.claim(stored.claim.instance))
        var state = stored.state
        state.hold = .quarantined
        state.holdReason = "its processing ended five servers"
        _ = try bench.journal.inner.write([
            .transition(Transition(subject: .advance(claim), time: bench.journal.now(), instance: state))
        ])
        return (bench, id)
    }

    /// Written to the store behind the back of the engine.
    private static func enqueued(_ bench: Bench) throws -> InstanceID {
        let current = try #require(bench.definitions.current("case"))
        let id = InstanceID("01890000-0000-7000-8000-0000000000ab")
        let new = NewInstance(
            id: id, workflow: "case", digest: current.graph.digest, input: [:], config: current.configDigest,
            trigger: ["type": "api"], createdAt: bench.journal.now())
        _ = try bench.journal.inner.write([.enqueue(new)])
        return id
    }
}
