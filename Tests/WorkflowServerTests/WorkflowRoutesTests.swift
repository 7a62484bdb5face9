import HTTPTypes
import Testing
import Values
import WorkflowEngine
import WorkflowJournal
import WorkflowServer

@Suite("Workflows and starts")
struct WorkflowRoutesTests {
    @Test func `Workflows are listed and described`() async throws {
        let api = try TestAPI.withGreeting()
        let list = await api.send(.get, "/v1/workflows")
        #expect(list.json["items"]?.listValue?.count == 1)
        let detail = await api.send(.get, "/v1/workflows/greeting").json
        #expect(detail["description"] == "Says hello.")
        #expect(detail["startable"] == true)
        #expect(
            detail["input"]
                == [
                    ["name": "name", "type": "string", "required": true],
                    ["name": "times", "type": "integer", "required": false],
                ] || detail["input"]?.listValue?.first?["type"] == "string")
        #expect(await api.send(.get, "/v1/workflows/greeting/source").text == greeting)
        #expect(await api.send(.get, "/v1/workflows/greeting/graph").text.contains("hello: let text"))
    }

    @Test func `An unknown workflow is 404 with a suggestion`() async throws {
        let answer = try await TestAPI.withGreeting().send(.post, "/v1/workflows/greetin/instances", body: "{}")
        #expect(answer.status == .notFound)
        #expect(answer.json["hint"] == "Did you mean 'greeting'?")
    }

    @Test func `A start answers 201 with its place`() async throws {
        let api = try TestAPI.withGreeting()
        let answer = await api.send(
            .post, "/v1/workflows/greeting/instances", body: #"{"input": {"name": "Ada"}, "key": "k1"}"#)
        #expect(answer.status == .created)
        #expect(answer.headers[.location] == "/v1/instances/\(FakeService.id)")
        #expect(answer.json["id"] == .string(FakeService.id.text))
        let request = api.service.withState { $0.started.first }
        #expect(request?.input == ["name": "Ada"])
        #expect(request?.callerKey == "k1")
        #expect(request?.idempotency == nil)
    }

    @Test func `A repeated start answers 200 with the same instance`() async throws {
        let api = try TestAPI.withGreeting()
        api.service.withState { $0.isRepeated = true }
        let key = try #require(HTTPField.Name("Idempotency-Key"))
        let first = await api.send(
            .post, "/v1/workflows/greeting/instances", headers: [key: "k"], body: #"{"input": {"name": "A"}}"#)
        #expect(first.status == .ok)
        _ = await api.send(.post, "/v1/workflows/greeting/instances", headers: [key: "k"], body: #"{ "input": {"name":"A"} }"#)
        _ = await api.send(.post, "/v1/workflows/greeting/instances", headers: [key: "k"], body: #"{"input": {"name": "B"}}"#)
        let digests = api.service.withState { $0.started.map { $0.idempotency?.bodyDigest } }
        #expect(digests[0] == digests[1])
        #expect(digests[0] != digests[2])
    }

    @Test(arguments: [
        (#"{"inputs": {}}"#, "/inputs"), (#"{"key": 1}"#, "/key"), (#"{"key": ""}"#, "/key"),
        (#"{"startAt": "2026-01-01T00:00:00Z"}"#, "/startAt"), ("[]", ""),
    ])
    func `Unknown or misshapen members are 422 with their place`(body: String, pointer: String) async throws {
        let answer = try await TestAPI.withGreeting().send(.post, "/v1/workflows/greeting/instances", body: body)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.json["errors"]?.listValue?.first?["pointer"] == .string(pointer))
    }

    @Test func `An input that does not fit is 422 pointing at the field`() async throws {
        let api = try TestAPI.withGreeting()
        api.service.withState {
            $0.refusal = EngineError(
                .invalidInput, "the input does not fit", violations: [["pointer": "/name", "detail": "is missing"]])
        }
        let answer = await api.send(.post, "/v1/workflows/greeting/instances", body: "{}")
        #expect(answer.status == .unprocessableContent)
        #expect(answer.json["errors"] == [["pointer": "/name", "detail": "is missing"]])
    }

    @Test(arguments: [
        (EngineError.Code.full, 507), (.unavailable, 503), (.unknown, 500), (.idempotencyKeyReused, 422),
        (.callerKeyTaken, 409),
        (.workflowNotFound, 404), (.alreadyEnded, 409),
    ])
    func `Refusals of the engine have their status`(code: EngineError.Code, status: Int) async throws {
        let api = try TestAPI.withGreeting()
        api.service.withState { $0.refusal = EngineError(code, "no") }
        let answer = await api.send(.post, "/v1/workflows/greeting/instances", body: #"{"input": {"name": "A"}}"#)
        #expect(answer.status.code == status)
        #expect(answer.json["detail"] == "No")
    }

    @Test func `A workflow whose setting is missing says which one`() async throws {
        let api = try TestAPI.withGreeting(problem: "The workflow 'greeting' needs the setting 'url'.")
        let answer = await api.send(.post, "/v1/workflows/greeting/instances", body: "{}")
        #expect(answer.status == .unprocessableContent)
        #expect(answer.json["code"] == "config.missing")
        #expect(api.service.withState { $0.started.isEmpty })
    }

    @Test func `Waiting answers 200 when ended and 202 otherwise`() async throws {
        let api = try TestAPI.withGreeting()
        let prefer = try #require(HTTPField.Name("Prefer"))
        let going = await api.send(.post, "/v1/workflows/greeting/instances", headers: [prefer: "wait=5"], body: "{}")
        #expect(going.status == .accepted)
        #expect(going.headers[.retryAfter] == "1")
        #expect(going.headers[.location] != nil)
        api.service.withState { $0.ended = endedInstance(.completed, output: "Hello") }
        let ended = await api.send(.post, "/v1/workflows/greeting/instances", headers: [prefer: "wait=5"], body: "{}")
        #expect(ended.status == .ok)
        #expect(ended.json["status"] == "completed")
        let long = await api.send(.post, "/v1/workflows/greeting/instances", headers: [prefer: "wait=61"], body: "{}")
        #expect(long.status == .badRequest)
    }

    @Test func `Definitions are validated without being stored`() async {
        let good = await TestAPI().send(.post, "/v1/validate", body: greeting, type: "application/yaml")
        #expect(good.json["valid"] == true)
        let bad = await TestAPI().send(.post, "/v1/validate", body: "workflow: x\nstep: []\n", type: "application/yaml")
        #expect(bad.status == .ok)
        #expect(bad.json["valid"] == false)
        #expect(bad.json["diagnostics"]?.listValue?.first?["code"]?.stringValue?.hasPrefix("WF") == true)
        #expect(bad.json["diagnostics"]?.listValue?.first?["range"]?["start"]?["line"] != nil)
        #expect(await TestAPI().send(.post, "/v1/validate", body: "{}").status == .unsupportedMediaType)
    }
}

/// A finished instance as the engine hands it out.
func endedInstance(_ status: InstanceStatus, output: Value? = nil, failure: Failure? = nil) -> InstanceDetail {
    let time = Timestamp(microseconds: 1_700_000_000_000_000)
    return InstanceDetail(
        summary: InstanceSummary(
            id: FakeService.id, key: InstanceKey(1), workflow: "greeting", digest: ContentDigest(hex: "00"), status: status,
            ending: nil, hold: nil, holdReason: nil, isCleanupIncomplete: false, run: 1, labels: [:], callerKey: nil,
            createdAt: time, startedAt: time, endedAt: time),
        input: [:], trigger: ["type": "api"], output: output, failure: failure)
}
