import HTTPTypes
import Testing
import Values
import WorkflowServer

@Suite("Routing and the form of requests")
struct RoutingTests {
    @Test func `An unknown path is a problem document`() async {
        let answer = await TestAPI().send(.get, "/v1/nothing")
        #expect(answer.status == .notFound)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json["status"] == 404)
        #expect(answer.json["title"] == "Not Found")
        #expect(answer.json["requestId"] == "r1")
    }

    @Test func `A wrong method names the right ones`() async {
        let answer = await TestAPI().send(.delete, "/v1/events")
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers[.allow] == "POST, GET")
        #expect(answer.json["code"] == "method.not_allowed")
    }

    @Test func `HEAD answers as GET without a body`() async {
        let answer = await TestAPI().send(.head, "/v1/instances")
        #expect(answer.status == .ok)
        #expect(answer.body.isEmpty)
    }

    @Test(arguments: ["/v1/instances/%ff", "/v1/instances/%zz"])
    func `A path that is no UTF-8 is refused`(path: String) async {
        #expect(await TestAPI().send(.get, path).status == .badRequest)
    }

    @Test func `A body over the limit is 413`() async {
        let large = String(repeating: " ", count: RequestLimits.bodyBytes + 1)
        let answer = await TestAPI().send(.post, "/v1/events", body: large)
        #expect(answer.status == .contentTooLarge)
        let announced = await TestAPI().send(
            .post, "/v1/events", headers: [.contentLength: "99999999"], body: "{}")
        #expect(announced.status == .contentTooLarge)
    }

    @Test func `Another media type is 415`() async {
        let answer = await TestAPI().send(.post, "/v1/events", body: "<event/>", type: "application/xml")
        #expect(answer.status == .unsupportedMediaType)
        #expect(answer.headers[.accept]?.contains("application/json") == true)
    }

    @Test(arguments: [
        "{", "{\"name\": \"a\", \"name\": \"b\"}", "{\"name\": \"\u{1}\"}",
        String(repeating: "[", count: 65) + String(repeating: "]", count: 65), "nul",
    ])
    func `Bad JSON is refused with its place`(body: String) async {
        let answer = await TestAPI().send(.post, "/v1/events", body: body)
        #expect(answer.status == .badRequest)
        #expect(answer.json["code"] == "json.invalid")
    }

    @Test(arguments: [
        ("limit=0", 400), ("limit=201", 400), ("limit=x", 400), ("limit=200", 200), ("status=done", 400),
        ("status=failed,timed_out", 200), ("label=a", 400), ("label=a=b", 200), ("since=yesterday", 400),
        ("since=2026-01-01T00:00:00Z", 200), ("cursor=abc", 400),
    ])
    func `Query parameters of lists are checked`(query: String, status: Int) async {
        #expect(await TestAPI().send(.get, "/v1/instances?\(query)").status.code == status)
    }

    @Test(arguments: [("a%20b", "a b"), ("%C3%A9", "é"), ("100%", nil), ("%E9", nil), ("a+b", "a+b")])
    func `Percent-encoding is read strictly`(text: String, decoded: String?) {
        #expect(PercentEncoding.decode(text) == decoded)
    }

    @Test func `Percent-encoding goes there and back`() {
        let text = "a/b?c=d&é +%"
        #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
    }
}
