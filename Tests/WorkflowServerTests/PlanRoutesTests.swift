import HTTPTypes
import JournalMemory
import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal
import WorkflowReplay
import WorkflowServer

@Suite("Plans and exports")
struct PlanRoutesTests {
    private static let time = Timestamp(microseconds: 1_700_000_000_000_000)
    private static let order = """
        workflow: order
        input: { name: string }
        steps:
          - id: number
            call: random.uuid
            returns: string
          - id: note
            call: log
            with: { message: "${{ input.name }}" }
          - id: rest
            sleep: 1h
          - id: done
            call: random.uuid
        """
    private let api: TestAPI

    /// Three live instances that rest, and one that has ended.
    init() throws {
        let offered = try offeredWorkflow(Self.order)
        api = TestAPI(FakeService(offered: [offered]))
        let record = DefinitionRecord(
            digest: offered.digest, workflow: "order", semantics: 1, sources: offered.sources, matchSets: [])
        _ = try api.service.journal.write([.define(record), .configure([:])])
        for number in 0..<4 { try add(number, offered.graph, hasEnded: number == 3) }
    }

    private func id(_ number: Int) -> String { "0189000\(number)-0000-7000-8000-000000000000" }

    /// - Parameter isAltered: its journal does not replay.
    private func add(_ number: Int, _ graph: StepGraph, hasEnded: Bool = false, isAltered: Bool = false) throws {
        let id = InstanceID(id(number))
        let header = InstanceHeader(
            id: id, workflow: "order", input: ["name": "Ada"], config: [:], trigger: [:], startedAt: Self.time)
        var run = RunRecorder(graph: graph, header: header)
        _ = run.begin()
        _ = try run.apply(.outcome(MemoKey("number"), .completed("canary-7")))
        _ = try run.apply(.outcome(MemoKey("note"), .completed(.null)))
        let new = NewInstance(
            id: id, workflow: "order", digest: graph.digest, input: ["name": "Ada"], config: ContentDigest(of: [:]),
            labels: [:], trigger: [:], createdAt: Self.time)
        var state = Transition.InstanceState(
            status: hasEnded ? .cancelled : .suspended, lastSequence: 2, startedAt: Self.time, runStartedAt: Self.time)
        if hasEnded { state.endedAt = Self.time }
        var transition = Transition(subject: .start(new), time: Self.time, instance: state)
        var rows = run.rows
        if isAltered { rows[1].inputDigest = ContentDigest(of: "altered".utf8) }
        transition.steps = rows.map { .insert($0) }
        guard case .committed = try api.service.journal.write([.transition(transition)]).first else {
            throw TestFailure("the instance was not written")
        }
    }

    private func plan(_ text: String, query: String = "", token: String = "admin") async -> APIResponse {
        await api.send(
            .post, "/v1/workflows/order/plan\(query)", token: token, body: text, type: "application/yaml")
    }

    @Test func `Instances of the same definition are unchanged, ended ones are left out`() async {
        let answer = await plan("# another comment\n" + Self.order).json
        #expect(answer["counts"] == ["unchanged": 3, "continues": 0, "diverges": 0, "unfit": 0])
        #expect(answer["current"] == true)
        #expect(answer["items"]?.listValue?.map { $0["id"]?.stringValue } == [id(2), id(1), id(0)])
    }

    @Test func `A journal that does not replay is not unchanged`() async throws {
        try add(4, api.service.offered[0].graph, isAltered: true)
        let answer = await plan(Self.order).json
        #expect(answer["counts"] == ["unchanged": 3, "continues": 0, "diverges": 1, "unfit": 0])
        #expect(answer["items"]?.listValue?.first?["step"] == "note")
    }

    @Test func `An edit of what is still to come continues`() async {
        let answer = await plan(Self.order.replacing("- id: done\n", with: "- id: finished\n")).json
        #expect(answer["counts"]?["continues"] == 3)
        #expect(answer["current"] == false)
        #expect(answer["diagnostics"] == [])
    }

    struct Edit: Sendable, CustomTestStringConvertible {
        var code: String
        var old: String
        var new: String
        var step: String
        var line: Int64
        var testDescription: String { code }
    }

    private static let edits = [
        Edit(code: "WF7201", old: "id: number\n", new: "id: serial\n", step: "number", line: 4),
        Edit(code: "WF7202", old: "call: random.uuid\n    returns: string", new: "call: time.now", step: "number", line: 4),
        Edit(code: "WF7202", old: "${{ input.name }}", new: "Dear ${{ input.name }}", step: "note", line: 7),
        Edit(code: "WF7203", old: "returns: string", new: "returns: enum(a | b)", step: "number", line: 4),
        Edit(code: "WF7204", old: "id: note\n", new: "id: note\n    foreach: [1]\n", step: "note", line: 7),
        Edit(
            code: "WF7206", old: "  - id: note\n", new: "  - id: early\n    call: random.uuid\n  - id: note\n", step: "early",
            line: 7),
    ]

    @Test(arguments: edits)
    func `What keeps an instance from going on is said with its step and place, and without values`(edit: Edit) async {
        let response = await plan(Self.order.replacing(edit.old, with: edit.new))
        let answer = response.json
        let effect = edit.code == "WF7203" ? "unfit" : "diverges"
        #expect(answer["counts"]?[effect] == 3)
        let item = answer["items"]?.listValue?.first
        #expect(item?["code"]?.stringValue == edit.code)
        #expect(item?["step"]?.stringValue == edit.step)
        let found = answer["diagnostics"]?.listValue ?? []
        #expect(found.map { $0["code"]?.stringValue } == [edit.code])
        #expect(found.first?["range"]?["start"]?["line"]?.intValue == edit.line)
        #expect(!response.text.contains("canary"))
    }

    @Test func `A changed compensation is a warning of an instance that continues`() async {
        let undo = "returns: string\n    compensate:\n      - id: back\n        call: random.uuid\n"
        let answer = await plan(Self.order.replacing("returns: string\n", with: undo)).json
        #expect(answer["counts"]?["continues"] == 3)
        #expect(answer["items"]?.listValue?.first?["warnings"] == [0])
        #expect(answer["diagnostics"]?.listValue?.map { $0["code"]?.stringValue } == ["WF7205"])
    }

    @Test func `A plan comes in pages`() async {
        let first = await plan(Self.order, query: "?limit=2").json
        #expect(first["items"]?.listValue?.count == 2)
        let cursor = first["nextCursor"]?.stringValue ?? ""
        let second = await plan(Self.order, query: "?limit=2&cursor=\(cursor)").json
        #expect(second["items"]?.listValue?.map { $0["id"]?.stringValue } == [id(0)])
        #expect(second["nextCursor"] == .null)
        #expect(await plan(Self.order, query: "?limit=1001").status == .badRequest)
        #expect(await plan(Self.order, query: "?cursor=x").status == .badRequest)
    }

    @Test func `A definition with mistakes is refused with its diagnostics`() async {
        let answer = await plan(Self.order.replacing("call: log", with: "call: lag"))
        #expect(answer.status == .unprocessableContent)
        #expect(answer.json["code"] == "definition.invalid")
        #expect(answer.json["diagnostics"]?.listValue?.contains { $0["code"] == "WF2110" } == true)
        #expect(await plan("workflow: other\nsteps:\n  - { id: a, call: random.uuid }\n").status == .unprocessableContent)
    }

    @Test func `Files are posted as JSON, with what the definition uses`() async {
        let text = Self.order.replacing("call: log", with: "call: shout")
        let action =
            "action: shout\ninput: { message: string }\nsteps:\n  - { id: say, call: log, with: { message: \"${{ input.message }}\" } }\n"
        let body: Value = [
            "sources": [
                ["path": "order.yaml", "text": .string(text)], ["path": "actions/shout.yaml", "text": .string(action)],
            ]
        ]
        let answer = await api.send(.post, "/v1/workflows/order/plan", body: JSON.text(body))
        #expect(answer.json["counts"]?["diverges"] == 3)
        let wrong = await api.send(.post, "/v1/workflows/order/plan", body: #"{"sources": [{"path": 1}], "more": 1}"#)
        #expect(wrong.status == .unprocessableContent)
        #expect(await api.send(.post, "/v1/workflows/order/plan", body: "a", type: "image/png").status == .unsupportedMediaType)
    }

    @Test func `A workflow that invokes another is posted with what that takes`() async {
        let text = Self.order + "\n  - id: child\n    invoke: shipping\n    with: { name: \"${{ input.name }}\" }\n"
        let interface = #"{"interface": "shipping", "input": {"name": "string"}}"#
        let body: Value = [
            "sources": [
                ["path": "order.yaml", "text": .string(text)],
                ["path": "interfaces/shipping.json", "text": .string(interface)],
            ]
        ]
        let answer = await api.send(.post, "/v1/workflows/order/plan", body: JSON.text(body))
        #expect(answer.json["counts"]?["continues"] == 3)
        #expect(await plan(text.replacing("invoke: shipping", with: "invoke: nobody")).status == .unprocessableContent)
    }

    @Test func `A plan needs admin`() async {
        for token in ["read", "trigger", "events"] { #expect(await plan(Self.order, token: token).status == .forbidden) }
    }

    @Test func `An upgrade for a definition that is not current is refused`() async {
        let path = "/v1/instances/\(id(0))/upgrade"
        #expect(await api.send(.post, path, body: #"{"digest": "00"}"#).status == .conflict)
        let current = api.service.offered[0].digest.hex
        #expect(await api.send(.post, path, body: #"{"digest": "\#(current)"}"#).status == .ok)
    }

    @Test func `An exported instance replays`() async throws {
        let answer = await api.send(.get, "/v1/instances/\(id(0))/export", token: "read")
        let run = try RecordedRun(answer.json)
        #expect(run.definition.sources.first?.text == Self.order)
        let replay = RunReplay(run, on: api.service.offered[0].graph)
        #expect(replay.finding == nil)
        #expect(replay.open.map(\.key) == [MemoKey("rest")])
    }
}
