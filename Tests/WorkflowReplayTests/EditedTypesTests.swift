import Diagnostics
import TestSupport
import Testing
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal
import WorkflowReplay

/// Recorded values under the types that an edited definition gives them: language.md §7, changing-definitions.md.
struct EditedTypesTests {
    private static let text = """
        workflow: case
        config: { city: string, size: integer? }
        events:
          ord.go: { n: string, x: integer? }
          ord.no: { why: string }
        steps:
          - id: w
            wait: { event: ord.go }
          - id: v
            wait: { event: [ord.go, ord.no] }
          - id: a
            call: act
          - id: rest
            sleep: 1h
        """
    private static let action = """
        action: act
        returns: { n: integer }
        steps:
          - id: i
            call: shell
            with: { argv: [a], parse: json }
        output: ${{ steps.i.value }}
        """
    private static let time = Timestamp(microseconds: 0)
    private static let id = InstanceID("0198c0de-0000-7000-8000-000000000001")

    private static func compile(_ text: String, _ action: String) throws -> StepGraph {
        try compileWorkflow(text, named: "case", files: [(path: "actions/act.yaml", text: action)])
    }

    private static func event(_ name: String, _ data: Value) -> Value {
        StoredEvent(sequence: .none, id: "e", name: name, source: "test", time: time, data: data).value
    }

    /// It has taken two events and called an action, and sleeps.
    private func stored(_ graph: StepGraph, _ outcomes: [(String, Value)]) throws -> StoredInstance {
        let config: Value = ["city": "Rome", "size": 3]
        let header = InstanceHeader(
            id: Self.id, workflow: "case", input: [:], config: config, trigger: [:], startedAt: Self.time)
        var run = RunRecorder(graph: graph, header: header)
        _ = run.begin()
        for (key, value) in outcomes { _ = try run.apply(.outcome(MemoKey(key), .completed(value))) }
        let state = Transition.InstanceState(
            status: .suspended, lastSequence: run.sequence, startedAt: Self.time, runStartedAt: Self.time)
        return StoredInstance(
            claim: Claim(instance: InstanceKey(1), id: Self.id, version: 1, epoch: Epoch(0)), workflow: "case",
            digest: graph.digest, semantics: graph.semantics, input: [:], config: config, trigger: [:],
            createdAt: Self.time, state: state, marks: 0, cancel: nil, steps: run.rows, timers: [], waits: [])
    }

    private func stored(_ graph: StepGraph) throws -> StoredInstance {
        try stored(
            graph,
            [
                ("w", Self.event("ord.go", ["n": "canary"])), ("v", Self.event("ord.no", ["why": "canary"])),
                ("a/i", ["code": 0, "stdout": "", "stderr": "", "truncated": false, "value": ["n": 1]]),
            ])
    }

    struct Edit: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        /// Nil: the instance goes on.
        var message: String?
        var testDescription: String { new }
    }

    private static let edits = [
        Edit(
            old: "x: integer?", new: "x: integer",
            message: "the event that 'w' took no longer fits: { n: string, x: integer } is expected, "
                + "an object without a required field is recorded"
        ),
        Edit(
            old: "n: string", new: "n: integer",
            message: "the event that 'w' took no longer fits: { n: integer, x: integer? } is expected, string at /n is recorded"
        ),
        Edit(
            old: "why: string", new: "why: enum(late | lost)",
            message: "the event that 'v' took no longer fits: { why: enum(late | lost) } is expected, "
                + "another string at /why is recorded"
        ),
        Edit(
            old: "city: string", new: "city: integer",
            message: "the recorded setting 'city' no longer fits: integer is expected, string is recorded"),
        Edit(
            old: "returns: { n: integer }", new: "returns: { n: string }",
            message: "the recorded result of 'a' no longer fits: { n: string } is expected, integer at /n is recorded"),
        Edit(old: "x: integer?", new: "x: integer=5"),
        Edit(old: "x: integer?", new: "x: number?"),
        Edit(old: "why: string", new: "why: string, more: string?"),
        Edit(old: "size: integer?", new: "size: number?"),
    ]

    @Test(arguments: edits)
    func `What is recorded must fit the types it has now, and is never shown`(edit: Edit) throws {
        let own = try Self.compile(Self.text, Self.action)
        let edited = try Self.compile(
            Self.text.replacing(edit.old, with: edit.new), Self.action.replacing(edit.old, with: edit.new))
        let stored = try stored(own)
        var planner = EditPlanner(to: edited) { $0 == own.digest ? own : nil }
        let judgement = planner.judge(stored, now: Self.time)
        #expect(judgement.effect == (edit.message == nil ? .continues : .unfit))
        #expect(judgement.finding?.reason == edit.message)
        if edit.message != nil { #expect(judgement.finding?.diagnostic?.code.description == "WF7203") }
        let record = DefinitionRecord(digest: own.digest, workflow: "case", semantics: 1, sources: [], matchSets: [])
        let replay = RunReplay(RecordedRun(definition: record, instance: stored), on: edited, own: own)
        #expect(replay.finding?.reason == edit.message)
        // By the texts alone it is the same place that does not fit.
        let changes = DefinitionChange.all(from: own, to: edited)
        #expect(Set(changes.map(\.diagnostic.code.description)) == (edit.message == nil ? [] : ["WF7203"]))
    }

    @Test func `An event among several is taken under the type of its own name`() throws {
        let text = Self.text.replacing("x: integer?", with: "x: integer?, why: string?")
        let own = try Self.compile(text, Self.action)
        let stored = try stored(own)
        var planner = EditPlanner(to: try Self.compile(text.replacing("why: string?", with: "why: integer?"), Self.action)) {
            $0 == own.digest ? own : nil
        }
        #expect(planner.judge(stored, now: Self.time).effect == .continues)
    }

    @Test func `A wait that takes other events than it did asks for something else`() throws {
        let own = try Self.compile(Self.text, Self.action)
        let edited = Self.text.replacing("event: [ord.go, ord.no]", with: "event: ord.go")
        var planner = EditPlanner(to: try Self.compile(edited, Self.action)) { $0 == own.digest ? own : nil }
        let judgement = planner.judge(try stored(own), now: Self.time)
        #expect(judgement.effect == .diverges)
        #expect(judgement.finding?.key == MemoKey("v"))
        #expect(judgement.finding?.diagnostic?.code.description == "WF7202")
    }

    @Test func `A journal that does not replay is not unchanged under its own definition`() throws {
        let own = try Self.compile(Self.text, Self.action)
        var stored = try stored(own)
        var planner = EditPlanner(to: own) { _ in nil }
        #expect(planner.judge(stored, now: Self.time).effect == .unchanged)
        stored.steps[0].inputDigest = ContentDigest(of: "another".utf8)
        let judgement = planner.judge(stored, now: Self.time)
        #expect(judgement.effect == .diverges)
        #expect(judgement.finding?.key == MemoKey("w"))
        #expect(judgement.finding?.diagnostic?.code.description == "WF7202")
    }

    @Test func `An open wait that matches another field is asked for otherwise`() throws {
        let text = Self.text.replacing("event: ord.go }\n  - id: v", with: "event: ord.go, match: { n: a } }\n  - id: v")
        let own = try Self.compile(text, Self.action)
        var stored = try stored(own, [])
        let key = MatchSet(event: "ord.go", paths: ["n"]).key(ofValues: ["a"])
        stored.waits = [WaitRow(key: MemoKey("w"), matches: [EventMatch(event: "ord.go", key: key)], scheduledSequence: 0)]
        let renamed = text.replacing("n: string", with: "n: string, m: string?")
            .replacing("match: { n: a", with: "match: { m: a")
        var planner = EditPlanner(to: try Self.compile(renamed, Self.action)) { $0 == own.digest ? own : nil }
        #expect(planner.judge(stored, now: Self.time).effect == .diverges)
        var same = EditPlanner(to: try Self.compile(text.replacing("1h", with: "2h"), Self.action)) {
            $0 == own.digest ? own : nil
        }
        #expect(same.judge(stored, now: Self.time).effect == .continues)
    }

    @Test func `A workflow that invokes another is checked by the files it is stored with`() throws {
        let parent = """
            workflow: parent
            steps:
              - id: child
                invoke: child
                with: { name: Ada }
            output: ${{ steps.child.size }}
            """
        let child =
            "workflow: child\ninput: { name: string }\nreturns: { size: integer }\nsteps:\n"
            + "  - { id: a, call: random.uuid }\noutput: { size: 1 }\n"
        let own = analyzeDefinitions([(path: "parent.yaml", text: parent), (path: "child.yaml", text: child)])
        let workflow = try #require(own.workflow("parent"))
        let files = workflow.sources.filter { !$0.path.hasPrefix("stdlib/") }.map { SourceFile(path: $0.path, text: $0.text) }
        let library = workflow.sources.filter { $0.path.hasPrefix("stdlib/") }.map { SourceFile(path: $0.path, text: $0.text) }
        let alone = DefinitionAnalyzer.analyze(SourceSet(definitions: files, library: library, root: nil))
        #expect(alone.diagnostics.filter { $0.severity == .error } == [])
        #expect(alone.workflow("parent")?.graph?.digest == workflow.graph?.digest)
        let other = try #require(own.workflow("child"))
        let interface = try #require(DefinitionSource.interface(of: "child", in: other.sources))
        #expect(workflow.sources.contains(interface))
    }
}
