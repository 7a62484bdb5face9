import HTTPTypes
import Testing
import Values
import WorkflowServer

@Suite("The gate")
struct GateTests {
    @Test(arguments: [
        "/v1/workflows", "/v1/instances", "/v1/instances/@latest", "/v1/events", "/v1/stats", "/v1/nothing", "/",
    ])
    func `Without a token every path but the public ones answers 401, existing or not`(path: String) async {
        let answer = await TestAPI().send(.get, path, token: nil)
        #expect(answer.status == .unauthorized)
        #expect(answer.headers[.wwwAuthenticate] != nil)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json["code"] == "unauthorised")
    }

    @Test(arguments: ["/healthz", "/readyz"])
    func `Public paths answer without a token and without content`(path: String) async {
        let answer = await TestAPI().send(.get, path, token: nil)
        #expect(answer.status == .ok)
        #expect(answer.body.isEmpty)
    }

    @Test func `Readiness is refused while the engine cannot work`() async {
        let api = TestAPI()
        api.service.withState { $0.obstacle = "the disk is gone" }
        #expect(await api.send(.get, "/readyz", token: nil).status == .serviceUnavailable)
        #expect(await api.send(.get, "/healthz", token: nil).status == .ok)
    }

    @Test func `An unknown token and another scheme are refused`() async {
        #expect(await TestAPI().send(.get, "/v1/instances", token: "wrong").status == .unauthorized)
        let basic = await TestAPI().send(.get, "/v1/instances", token: nil, headers: [.authorization: "Basic cmVhZA=="])
        #expect(basic.status == .unauthorized)
    }

    @Test(arguments: [
        ("read", "GET", "/v1/instances", 200), ("read", "POST", "/v1/events", 403),
        ("read", "POST", "/v1/workflows/greeting/instances", 403), ("trigger", "GET", "/v1/instances", 403),
        ("events", "GET", "/v1/events", 403), ("trigger", "POST", "/v1/validate", 403), ("admin", "GET", "/v1/stats", 200),
    ])
    func `A route answers only to its scope`(token: String, method: String, path: String, status: Int) async throws {
        let api = try TestAPI.withGreeting()
        let answer = await api.send(HTTPRequest.Method(method) ?? .get, path, token: token, body: method == "POST" ? "{}" : nil)
        #expect(answer.status.code == status)
    }

    @Test(arguments: [("expense.decided", 202), ("expense.", 202), ("payment.decided", 403)])
    func `A grant may be for some names only`(event: String, status: Int) async {
        let answer = await TestAPI().send(
            .post, "/v1/events", token: "events:expense.*", body: #"{"name": "\#(event)"}"#)
        #expect(answer.status.code == status)
    }

    @Test(arguments: [
        ("localhost", 200), ("127.0.0.1:7170", 200), ("[::1]:7170", 200), ("WFRUN.example:80", 200), ("evil.example", 421),
        ("localhost.evil.example", 421), ("", 421),
    ])
    func `Only known hosts are answered`(host: String, status: Int) async {
        #expect(await TestAPI().send(.get, "/v1/instances", host: host).status.code == status)
    }

    @Test(arguments: [
        ("http://localhost:7170", 200), ("https://localhost:7170", 200), ("http://evil.example", 403), ("null", 403),
    ])
    func `Pages of another origin are refused`(origin: String, status: Int) async {
        let answer = await TestAPI().send(.get, "/v1/instances", headers: [.origin: origin])
        #expect(answer.status.code == status)
        #expect(answer.headers[.accessControlAllowOrigin] == nil)
    }

    @Test(arguments: [
        ("*", "anything", true), ("a*c", "abbbc", true), ("a*c", "abbb", false), ("a*b*c", "a1b2b3c", true), ("", "", true),
        ("abc", "abcd", false), ("*.*", "a.b", true), ("*.*", "ab", false),
    ])
    func `Patterns of grants match whole names`(pattern: String, name: String, matches: Bool) async {
        let token = AccessToken(name: "t", digest: AccessToken.digest(of: "t"), grants: [Grant(.events, pattern: pattern)])
        struct One: TokenStore {
            let token: AccessToken
            func tokens() -> [AccessToken] { [token] }
        }
        let api = API(service: FakeService(), tokens: One(token: token))
        let body = Array(JSON.text(["name": .string(name.isEmpty ? "x" : name)]).utf8)
        if name.isEmpty { return }
        let answer = await api.handle(
            APIRequest(
                id: "r", method: .post, target: "/v1/events",
                headers: [.authorization: "Bearer t", .contentType: "application/json"], authority: "localhost",
                readBody: { (_) async throws(Problem) in body }))
        #expect((answer.status == .accepted) == matches)
    }

    @Test func `A token's text has 256 bits and is kept as its digest`() {
        let text = AccessToken.text(random: (1, 2, 3, .max))
        #expect(text.hasPrefix("wfr_"))
        #expect(text.utf8.count == 4 + 64)
        #expect(AccessToken.digest(of: text).hex.utf8.count == 64)
    }
}
