import Foundation
import TestSupport
import Testing
import WorkflowGraph

/// Every verb with every modifier that language.md §2 allows on it, played through: all goes well; what it asks for first
/// fails; what it registered is undone. A file per verb has what followed; commands in the order of application.
struct CombinationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios/Combinations")

    struct Verb: Sendable, CustomTestStringConvertible {
        var name: String
        var yaml: String
        var modifiers: [String]
        var testDescription: String { name }
    }

    /// Modifiers as they stand on a step; each with what the table of §2 says it is allowed on.
    private static let modifiers: [(name: String, yaml: String)] = [
        ("if", "if: ${{ input.yes }}"),
        ("foreach", "foreach: { in: [1, 2], concurrency: 2 }"),
        ("repeat", "repeat: { max: 2, every: 1s }"),
        ("retry", "retry: { attempts: 2, delay: 1s, jitter: false }"),
        ("timeout", "timeout: 1h"),
        ("at_most_once", "at_most_once: true"),
        ("output", "output: shaped"),
        ("returns", "returns: any"),
        ("catch", "catch: { output: null }"),
        ("compensate", "compensate: [{ id: undo, call: random.uuid }]"),
        ("finally", "finally: [{ id: left, call: random.uuid }]"),
    ]

    private static let loops = ["foreach", "repeat"]
    private static let wraps = ["if", "catch", "finally"]

    /// Verbs that have no output.
    private static let endless = ["fail", "return", "continue_as_new"]

    static let verbs: [Verb] = [
        Verb(
            name: "call", yaml: "call: random.uuid",
            modifiers: wraps + loops + ["retry", "timeout", "at_most_once", "output", "returns", "compensate"]),
        Verb(
            name: "invoke", yaml: "invoke: child\n    with: { id: a }",
            modifiers: wraps + loops + ["retry", "timeout", "output", "returns", "compensate"]),
        Verb(name: "wait", yaml: "wait: { event: happened }", modifiers: wraps + loops + ["timeout", "output", "returns"]),
        Verb(name: "sleep", yaml: "sleep: 1m", modifiers: wraps + loops + ["timeout", "output"]),
        Verb(
            name: "emit", yaml: "emit: { event: happened, data: { id: x } }",
            modifiers: wraps + loops + ["output", "compensate"]),
        Verb(name: "let", yaml: "let: { a: \"${{ input.yes ? 1 : 2 }}\" }", modifiers: ["if", "catch", "finally"]),
        Verb(
            name: "steps", yaml: "steps:\n      - { id: in_1, call: random.uuid }\n      - { id: in_2, call: random.uuid }",
            modifiers: wraps + loops + ["retry", "timeout", "output", "compensate"]),
        Verb(
            name: "parallel",
            yaml: "parallel:\n      - { id: in_1, call: random.uuid }\n      - { id: in_2, call: random.uuid }",
            modifiers: wraps + loops + ["retry", "timeout", "output", "compensate"]),
        Verb(
            name: "switch",
            yaml:
                "switch:\n      - { id: in_1, if: \"${{ input.yes }}\", call: random.uuid }\n      - { id: in_2, call: random.uuid }",
            modifiers: wraps + loops + ["retry", "timeout", "output", "compensate"]),
        Verb(name: "fail", yaml: "fail: { code: no.good, message: no good }", modifiers: wraps),
        Verb(name: "return", yaml: "return: early", modifiers: ["if", "finally"]),
        Verb(name: "continue_as_new", yaml: "continue_as_new: { yes: false }", modifiers: ["if", "finally"]),
    ]

    @Test(arguments: verbs)
    func `A verb with each of its modifiers asks for what it should`(_ verb: Verb) throws {
        var text = ""
        for names in [[]] + verb.modifiers.map({ [$0] }) + [verb.modifiers.filter { $0 != "foreach" && $0 != "at_most_once" }] {
            let title = ([verb.name] + names).joined(separator: ", ")
            for (suffix, step) in cases(names) {
                text += "# \(title)\(suffix)\n\(try Scenario.play(try graph(verb, names), failing: step))\n\n"
            }
        }
        let file = Self.folder.appending(path: "\(verb.name).txt")
        if ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    private func cases(_ names: [String]) -> [(suffix: String, failing: String?)] {
        let undone = names.contains("compensate") ? [("; the step after it fails", Optional("after"))] : []
        return [("", nil), ("; it fails once", "it")] + undone
    }

    private func graph(_ verb: Verb, _ names: [String]) throws -> StepGraph {
        let lines = Self.modifiers.filter { names.contains($0.name) }.map { "    \($0.yaml)\n" }.joined()
        let definition = """
            workflow: case
            input: { yes: boolean = true }
            events: { happened: { id: string } }
            steps:
              - id: it
                \(verb.yaml)
            \(lines)  - { id: after, call: random.uuid }
            \(Self.endless.contains(verb.name) ? "" : "output: ${{ steps.it }}")
            """
        let child = "workflow: child\ninput: { id: string }\nsteps:\n  - { id: x, call: random.uuid }\n"
        return try compileWorkflow(definition, named: "case", files: [("child.yaml", child)])
    }
}
