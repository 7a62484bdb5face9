import HTTPTypes
import JournalMemory
import Testing
import Values
import WorkflowEngine
import WorkflowJournal
import WorkflowServer

@Suite("Instances")
struct InstanceRoutesTests {
    private static let time = Timestamp(microseconds: 1_700_000_000_000_000)
    private static let definition = ContentDigest(hex: "ab")
    private static let config: Value = [:]
    private let api = TestAPI()

    /// Three instances: one waiting, one failed, one completed.
    init() throws {
        let outcomes = try api.service.journal.write([
            .define(DefinitionRecord(digest: Self.definition, workflow: "greeting", semantics: 1, sources: [], matchSets: [])),
            .configure(Self.config),
        ])
        guard outcomes.count == 2 else { throw TestFailure("the definition was not stored") }
        for (number, status) in [InstanceStatus.suspended, .failed, .completed].enumerated() { try add(number, status) }
    }

    private func id(_ number: Int) -> String { "0189000\(number)-0000-7000-8000-000000000000" }

    private func add(_ number: Int, _ status: InstanceStatus) throws {
        let new = NewInstance(
            id: InstanceID(id(number)), workflow: number == 2 ? "other" : "greeting", digest: Self.definition,
            input: ["name": "Ada"], config: ContentDigest(of: Self.config), labels: ["n": String(number)],
            trigger: ["type": "api"],
            createdAt: Self.time)
        var state = Transition.InstanceState(status: status, lastSequence: 1, startedAt: Self.time)
        let failure = Failure(
            code: "http.503", message: "closed", step: MemoryKeys.charge, attempt: 2, data: ["body": "secret"])
        if status == .failed { state.failure = failure }
        if status == .completed { state.output = ["greeting": "Hello Ada"] }
        if status.isTerminal { state.endedAt = Self.time }
        var transition = Transition(subject: .start(new), time: Self.time, instance: state)
        transition.steps = [
            .insert(
                StepRow(
                    key: MemoryKeys.order, verb: .call, action: "http", status: .completed, scheduledSequence: 0,
                    completedSequence: 1, attempt: 1, output: ["status": 200], scheduledAt: Self.time, startedAt: Self.time,
                    completedAt: Self.time))
        ]
        if status == .suspended {
            transition.steps.append(
                .insert(
                    StepRow(
                        key: MemoryKeys.shipment, verb: .wait, status: .waiting, scheduledSequence: 1, scheduledAt: Self.time)))
            let matches = [EventMatch(event: "scanned", key: MatchKey(digest: ContentDigest(hex: "ef")))]
            transition.waitsOpened = [WaitRow(key: MemoryKeys.shipment, matches: matches, scheduledSequence: 1)]
            transition.timersSet = [TimerRow(key: MemoryKeys.shipment.timeout, kind: .timeout, dueAt: Self.time)]
        }
        let outcomes = try api.service.journal.write([.transition(transition)])
        guard case .committed = outcomes.first else { throw TestFailure("the instance was not written: \(outcomes)") }
    }

    private enum MemoryKeys {
        static let order = MemoKey("order/send")
        static let charge = MemoKey("charge")
        static let shipment = MemoKey("shipment")
    }

    @Test func `Lists are newest first and page by cursor`() async {
        let first = await api.send(.get, "/v1/instances?limit=2").json
        #expect(first["items"]?.listValue?.map { $0["id"]?.stringValue } == [id(2), id(1)])
        let cursor = first["nextCursor"]?.stringValue ?? ""
        let second = await api.send(.get, "/v1/instances?limit=2&cursor=\(cursor)").json
        #expect(second["items"]?.listValue?.map { $0["id"]?.stringValue } == [id(0)])
        #expect(second["nextCursor"] == .null)
    }

    @Test(arguments: [
        ("status=failed", 1), ("status=failed,completed", 2), ("workflow=greeting", 2), ("label=n=1", 1),
        ("waitingFor=scanned", 1),
        ("waitingFor=other", 0),
    ])
    func `Lists are filtered`(query: String, count: Int) async {
        #expect(await api.send(.get, "/v1/instances?\(query)").json["items"]?.listValue?.count == count)
    }

    @Test func `An instance says what it waits for and until when`() async {
        let detail = await api.send(.get, "/v1/instances/\(id(0))").json
        #expect(detail["status"] == "suspended")
        #expect(detail["waits"] == [["step": "shipment", "events": ["scanned"], "until": "2023-11-14T22:13:20Z"]])
        #expect(detail["input"] == nil)
    }

    @Test(arguments: ["01890002", "@latest"])
    func `Ids may be abbreviated`(reference: String) async {
        #expect(await api.send(.get, "/v1/instances/\(reference)").json["id"] == .string(id(2)))
    }

    @Test func `An ambiguous or unknown id is 404`() async {
        let ambiguous = await api.send(.get, "/v1/instances/0189")
        #expect(ambiguous.status == .notFound)
        #expect(ambiguous.json["code"] == "instance.ambiguous")
        #expect(await api.send(.get, "/v1/instances/ffff").json["code"] == "instance.not_found")
    }

    @Test func `Rows carry no payloads`() async {
        for path in ["", "/steps", "/history"] {
            let text = await api.send(.get, "/v1/instances/\(id(1))\(path)").text
            #expect(!text.contains("secret"))
            #expect(!text.contains("Ada"))
        }
        #expect(await api.send(.get, "/v1/instances/\(id(1))/input").json == ["name": "Ada"])
        #expect(await api.send(.get, "/v1/instances/\(id(2))/output").json == ["greeting": "Hello Ada"])
        #expect(await api.send(.get, "/v1/instances/\(id(0))/output").status == .notFound)
    }

    @Test func `Steps and history are in order`() async {
        let steps = await api.send(.get, "/v1/instances/\(id(0))/steps").json["items"]?.listValue ?? []
        #expect(steps.map { $0["key"]?.stringValue } == ["order/send", "shipment"])
        let history = await api.send(.get, "/v1/instances/\(id(1))/history?payloads=true").json["items"]?.listValue ?? []
        #expect(history.map { $0["type"]?.stringValue } == ["started", "scheduled", "completed", "failed"])
        #expect(history[2]["output"] == ["status": 200])
    }

    @Test func `Results answer by what became of the instance`() async {
        let completed = await api.send(.get, "/v1/instances/\(id(2))/result")
        #expect(completed.status == .ok)
        #expect(completed.json == ["greeting": "Hello Ada"])
        let failed = await api.send(.get, "/v1/instances/\(id(1))/result")
        #expect(failed.status == .conflict)
        #expect(failed.json["code"] == "instance.failed")
        #expect(failed.json["failure"]?["code"] == "http.503")
        let going = await api.send(.get, "/v1/instances/\(id(0))/result?wait=1s")
        #expect(going.status == .accepted)
        #expect(going.json["status"] == "suspended")
        #expect(await api.send(.get, "/v1/instances/\(id(0))/result?wait=2m").status == .badRequest)
    }

    @Test func `A cancel is accepted while it is going and refused afterwards`() async {
        let accepted = await api.send(
            .post, "/v1/instances/\(id(0))/cancel", body: #"{"reason": "why not", "compensate": false}"#)
        #expect(accepted.status == .accepted)
        let request = api.service.withState { $0.cancelled.first?.1 }
        #expect(request == CancelRequest(reason: "why not", compensates: false))
        let refused = await api.send(.post, "/v1/instances/\(id(2))/cancel")
        #expect(refused.status == .conflict)
        #expect(refused.json["allowed"] == ["pending", "running", "suspended"])
        let scoped = await api.send(.post, "/v1/instances/\(id(0))/cancel", token: "trigger:report-*")
        #expect(scoped.status == .forbidden)
    }

    @Test func `Statistics count instances per workflow and status`() async {
        let stats = await api.send(.get, "/v1/stats").json
        #expect(stats["instances"]?["byStatus"]?["failed"] == 1)
        #expect(stats["instances"]?["byWorkflow"]?["other"]?["completed"] == 1)
    }

    @Test func `Operators act on instances, with their reasons`() async {
        let going = "/v1/instances/\(id(0))"
        #expect(await api.send(.post, going + "/pause", body: #"{"reason": "wait"}"#).status == .accepted)
        #expect(await api.send(.post, going + "/resume", body: #"{"reason": "go on"}"#).status == .accepted)
        #expect(await api.send(.post, going + "/cancel", body: #"{"force": true}"#).status == .accepted)
        let upgraded = await api.send(.post, going + "/upgrade")
        #expect(upgraded.status == .ok)
        #expect(upgraded.json["digest"]?.stringValue?.isEmpty == false)
        #expect(api.service.withState { $0.acts.map(\.1) } == ["pause wait", "resume go on", "force", "upgrade "])
        #expect(await api.send(.post, "/v1/instances/\(id(2))/pause").json["code"] == "instance.ended")
        #expect(await api.send(.post, going + "/pause", body: #"{"why": "?"}"#).status == .unprocessableContent)
        #expect(await api.send(.post, going + "/pause", token: "trigger:report-*").status == .forbidden)
    }

    @Test func `A dry run does nothing, and an unreadable one is refused`() async {
        let going = "/v1/instances/\(id(0))"
        for act in ["cancel", "pause", "resume"] {
            let preview = await api.send(.post, going + "/\(act)?dryRun=true")
            #expect(preview.status == .ok)
            #expect(preview.json == ["id": .string(id(0)), "status": "suspended", "dryRun": true])
            #expect(await api.send(.post, going + "/\(act)?dryRun=yes").json["code"] == "query.invalid")
            #expect(await api.send(.post, "/v1/instances/\(id(2))/\(act)?dryRun=true").json["code"] == "instance.ended")
        }
        #expect(await api.send(.post, going + "/upgrade?dryRun=true").json["code"] == "query.invalid")
        #expect(await api.send(.post, "/v1/instances/\(id(1))/retry?dryRun=1").json["code"] == "query.invalid")
        #expect(api.service.withState { $0.acts.isEmpty && $0.cancelled.isEmpty })
    }

    @Test func `A retry says what stays and what runs again, and a dry run does nothing else`() async {
        let failed = "/v1/instances/\(id(1))"
        let preview = await api.send(.post, failed + "/retry?dryRun=true", body: #"{"from": "order/send", "upgrade": true}"#)
        #expect(preview.status == .ok)
        #expect(preview.json["stays"] == ["a"])
        #expect(preview.json["runsAgain"] == ["b"])
        #expect(preview.json["run"] == 2)
        #expect(await api.send(.post, failed + "/retry", body: #"{"reason": "again"}"#).status == .accepted)
        #expect(api.service.withState { $0.acts.map(\.1) } == ["plan order/send true ", "retry  false again"])
    }
}
