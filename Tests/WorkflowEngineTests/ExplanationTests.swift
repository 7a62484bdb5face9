import Foundation
import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// What `wfrun why` says of each way of waiting, whole: `Explanations/<case>.txt`.
struct ExplanationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Explanations")

    @Test(arguments: ExplanationCase.all)
    func `An instance says why it is where it is`(_ example: ExplanationCase) throws {
        let (bench, id) = try example.make()
        let definitions = bench.definitions
        let explainer = Explainer(
            queries: bench.journal, graph: { try? definitions.graph($0) }, obstacle: example.obstacle)
        let actual = Self.text(try #require(try explainer.explain(id, at: bench.clock.now))) + "\n"
        let file = Self.folder.appending(path: example.name + ".txt")
        if ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try actual == String(contentsOf: file, encoding: .utf8))
    }

    @Test func `Each expectation belongs to a case`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()
        #expect(files == ExplanationCase.all.map { $0.name + ".txt" }.sorted())
    }

    @Test func `An instance nobody knows is not explained`() throws {
        let bench = try Bench()
        let explainer = Explainer(queries: bench.journal, graph: { _ in nil })
        #expect(try explainer.explain(InstanceID("none"), at: bench.clock.now) == nil)
    }

    /// As the command line lays it out, without colours.
    private static func text(_ why: WaitExplanation) -> String {
        (["[\(why.summary.status.rawValue)]"] + lines(why)).joined(separator: "\n")
    }

    private static func lines(_ why: WaitExplanation) -> [String] {
        var lines = why.sentences + why.remedies.map(line)
        for step in why.steps {
            lines += ["* \(step.status.rawValue)"] + step.sentences(in: why)
            if case .event(let wait) = step.cause { lines += wait.near.map { "  - " + $0.sentence(in: why) } }
            if case .child(let child) = step.cause, let inner = child.explanation.first {
                lines += ["[\(inner.summary.status.rawValue)]"] + self.lines(inner).map { "    " + $0 }
            }
            lines += step.remedies.map(line)
        }
        return lines + [why.moreSentence].compactMap(\.self)
    }

    private static func line(_ remedy: Remedy) -> String { "$ \(remedy.command)  # \(remedy.effect)" }
}

/// An instance brought to where it waits in one way.
struct ExplanationCase: Sendable, CustomTestStringConvertible {
    var name: String
    /// What keeps everything from moving: there is no server.
    var obstacle: String?
    var make: @Sendable () throws -> (Bench, InstanceID)
    var testDescription: String { name }

    init(_ name: String, obstacle: String? = nil, _ make: @escaping @Sendable () throws -> (Bench, InstanceID)) {
        self.name = name
        self.obstacle = obstacle
        self.make = make
    }

    static let noServer = "No server has this database open."
    static let all = actions + times + waits + samples + failures + pauses + forced + others

    /// A workflow of these steps, started.
    static func started(
        _ steps: String, _ head: String = "", input: Value = [:], seconds: Double = 0
    ) throws -> (Bench, InstanceID) {
        let bench = try Bench("workflow: case\n\(head)\(head.isEmpty ? "" : "\n")steps:\n\(steps)\n")
        let id = bench.start("case", input)
        if seconds > 0 { bench.advance(seconds) }
        return (bench, id)
    }

    // MARK: - Actions

    static let actions = [
        ExplanationCase("running") {
            try started("  - { id: a, call: shell, with: { argv: [a], timeout: 2m } }", seconds: 12)
        },
        ExplanationCase("running-again-after-a-failure") {
            let (bench, id) = try started(
                "  - { id: a, call: http, with: { url: \"https://a.example\" }, retry: { attempts: 3, jitter: false, timeout: 1m } }"
            )
            bench.end("a", .failure(Bench.unavailable))
            bench.advance(5)
            return (bench, id)
        },
        ExplanationCase("running-when-the-server-died", obstacle: noServer) {
            try started("  - { id: a, call: shell, with: { argv: [a] } }", seconds: 3_600)
        },
        ExplanationCase("running-at-most-once-when-the-server-died", obstacle: noServer) {
            try started("  - { id: a, call: shell, with: { argv: [a] }, at_most_once: true }", seconds: 60)
        },
        ExplanationCase("interrupted") {
            let (bench, id) = try started("  - { id: a, call: shell, with: { argv: [a] } }")
            try bench.restart()
            bench.advance(1)
            return (bench, id)
        },
        ExplanationCase("no-place") {
            let bench = try Bench()
            bench.limits = ["shell": 1]
            try bench.restart()
            try bench.define(
                """
                workflow: case
                steps:
                  - id: both
                    parallel:
                      - { id: a, call: shell, with: { argv: [a] } }
                      - { id: b, call: shell, with: { argv: [b] } }
                """)
            return (bench, bench.start())
        },
        ExplanationCase("retry-delay") {
            let (bench, id) = try started(
                """
                  - id: a
                    call: http
                    with: { url: "https://a.example" }
                    retry: { attempts: 4, delay: 10m, jitter: false }
                    timeout: 1h
                """)
            bench.end("a", .failure(Bench.unavailable))
            bench.advance(61)
            return (bench, id)
        },
        ExplanationCase("body-retry-delay") {
            let (bench, id) = try started(
                """
                  - id: book
                    retry: { attempts: 3, delay: 30s, jitter: false, errors: shell.exit }
                    steps:
                      - { id: a, call: shell, with: { argv: [a] } }
                """)
            bench.end("book/a", .failure(Failure(code: "shell.exit", message: "exit status 4")))
            return (bench, id)
        },
    ]

    // MARK: - Times

    static let times = [
        ExplanationCase("sleep") { try started("  - { id: nap, sleep: 3d }", seconds: 7_200) },
        ExplanationCase("sleep-until") {
            try started("  - { id: nap, sleep: { until: \"${{ timestamp('2026-12-24T18:00:00Z') }}\" } }")
        },
        ExplanationCase("sleep-overdue", obstacle: noServer) {
            let (bench, id) = try started("  - { id: nap, sleep: 1m }")
            bench.clock.advance(to: 300_000_000)
            return (bench, id)
        },
        ExplanationCase("repeat-pause") {
            let (bench, id) = try started(
                """
                  - id: poll
                    call: shell
                    with: { argv: [a] }
                    repeat: { until: "${{ result.code == 1 }}", max: 20, every: 5m }
                """)
            bench.end("poll#0")
            return (bench, id)
        },
        ExplanationCase("workflow-deadline") { try started("  - { id: nap, sleep: 3h }", "timeout: 8h") },
        ExplanationCase("timeout-caught") {
            try started(
                """
                  - id: ask
                    wait: { event: answer }
                    timeout: 2h
                    catch:
                      errors: timeout
                      steps:
                        - { id: giveup, call: log, with: { message: late } }
                """, "events: { answer: any }")
        },
        ExplanationCase("timeout-caught-conditionally-further-out") {
            try started(
                """
                  - id: outer
                    steps:
                      - { id: nap, sleep: 3h, timeout: 2h }
                    catch: { if: "${{ error.message != '' }}", output: null }
                """)
        },
        ExplanationCase("timeout-tried-again") {
            try started(
                """
                  - id: book
                    retry: { attempts: 3, timeout: 10m }
                    steps:
                      - { id: nap, sleep: 3h }
                """)
        },
        ExplanationCase("timeout-undoes") {
            let (bench, id) = try started(
                """
                  - { id: reserve, call: shell, with: { argv: [a] }, compensate: [{ id: free, call: shell, with: { argv: [z] } }] }
                  - { id: charge, call: shell, with: { argv: [b] }, compensate: [{ id: refund, call: shell, with: { argv: [y] } }] }
                  - id: parcel
                    wait: { event: scanned }
                    timeout: 7d
                """, "events: { scanned: any }")
            bench.end("reserve")
            bench.end("charge")
            return (bench, id)
        },
    ]
}
