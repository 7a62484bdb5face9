import HTTPTypes
import Testing
import Values
import WorkflowEngine
import WorkflowServer

@Suite("Events")
struct EventRoutesTests {
    @Test func `The plain form takes the token's name as source`() async {
        let api = TestAPI()
        let answer = await api.send(
            .post, "/v1/events", token: "events", body: #"{"name": "a.b", "data": {"n": 1}, "id": "e1"}"#)
        #expect(answer.status == .accepted)
        #expect(answer.json == ["id": "e1", "sequence": 1, "duplicate": false, "candidates": 0, "started": []])
        let event = api.service.withState { $0.events.first }
        #expect(event?.name == "a.b")
        #expect(event?.source == "events")
        #expect(event?.data == ["n": 1])
    }

    @Test func `An Idempotency-Key is the id of an event that has none`() async throws {
        let api = TestAPI()
        let key = try #require(HTTPField.Name("Idempotency-Key"))
        _ = await api.send(.post, "/v1/events", headers: [key: "k7"], body: #"{"name": "a"}"#)
        #expect(api.service.withState { $0.events.first?.id } == "k7")
    }

    @Test func `CloudEvents come structured`() async {
        let api = TestAPI()
        let answer = await api.send(
            .post, "/v1/events",
            body:
                #"{"specversion": "1.0", "id": "1", "source": "/shop", "type": "order.paid", "data": {"a": true}, "traceparent": "x"}"#,
            type: "application/cloudevents+json; charset=utf-8")
        #expect(answer.status == .accepted)
        let event = api.service.withState { $0.events.first }
        #expect(event?.name == "order.paid")
        #expect(event?.source == "/shop")
        #expect(event?.data == ["a": true])
    }

    @Test func `CloudEvents come in binary mode`() async throws {
        let api = TestAPI()
        let headers: HTTPFields = [
            try #require(HTTPField.Name("ce-specversion")): "1.0", try #require(HTTPField.Name("ce-id")): "1",
            try #require(HTTPField.Name("ce-source")): "/caf%C3%A9", try #require(HTTPField.Name("ce-type")): "order.paid",
        ]
        #expect(await api.send(.post, "/v1/events", headers: headers, body: #"{"a": 1}"#).status == .accepted)
        #expect(await api.send(.post, "/v1/events", headers: headers, body: "plain", type: "text/plain").status == .accepted)
        #expect(await api.send(.post, "/v1/events", headers: headers, body: "ab", type: "image/png").status == .accepted)
        let events = api.service.withState { $0.events }
        #expect(events.map(\.data) == [["a": 1], "plain", "YWI="])
        #expect(events[0].source == "/café")
    }

    @Test func `CloudEvents come in batches`() async {
        let api = TestAPI()
        let item = #"{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data_base64": "eyJhIjoxfQ=="}"#
        let answer = await api.send(
            .post, "/v1/events", body: "[\(item), \(item)]", type: "application/cloudevents-batch+json")
        #expect(answer.status == .accepted)
        #expect(answer.json["items"]?.listValue?.count == 2)
        #expect(api.service.withState { $0.events.map(\.data) } == [["a": 1], ["a": 1]])
    }

    @Test(arguments: [
        (#"{"data": 1}"#, "application/json", "/name"),
        (#"{"name": "a", "date": 1}"#, "application/json", "/date"),
        (#"{"name": "a", "source": "wfrun"}"#, "application/json", "/source"),
        (#"{"specversion": "1.0", "id": "1", "source": "s"}"#, "application/cloudevents+json", "/type"),
        (#"{"specversion": "0.3", "id": "1", "source": "s", "type": "t"}"#, "application/cloudevents+json", "/specversion"),
        (#"[{"specversion": "1.0", "id": "", "source": "s", "type": "t"}]"#, "application/cloudevents-batch+json", "/0/id"),
    ])
    func `What is missing or wrong is 422 with its place`(body: String, type: String, pointer: String) async {
        let api = TestAPI()
        let answer = await api.send(.post, "/v1/events", body: body, type: type)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.json["errors"]?.listValue?.first?["pointer"] == .string(pointer))
        #expect(api.service.withState { $0.events.isEmpty })
    }

    @Test func `Data that does not fit its declared type is 422 pointing at the field`() async {
        let api = TestAPI()
        api.service.withState {
            $0.refusal = EngineError(.invalidInput, "no", violations: [["pointer": "/data/n", "detail": "must be an integer"]])
        }
        let answer = await api.send(.post, "/v1/events", body: #"{"name": "a", "data": {"n": "x"}}"#)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.json["errors"]?.listValue?.first?["pointer"] == "/data/n")
    }
}
