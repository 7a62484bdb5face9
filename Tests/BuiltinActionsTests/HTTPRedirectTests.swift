import BuiltinActions
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

@Suite struct HTTPRedirectTests {
    private func redirecting(_ status: Int, to location: String) -> SocketServer {
        SocketServer.answering { request, connection in
            if request.line.contains(" /start") {
                connection.answer("\(status) Moved", headers: ["Location: \(location)"])
            } else {
                connection.answer(body: "there")
            }
        }
    }

    @Test func `no redirect is followed unless the step allows it`() async throws {
        let server = redirecting(302, to: "/there")
        try await Bench.run { bench in
            #expect(await bench.run("http", ["url": .string(server.url + "/start")]).failure?.code == "http.302")
            let followed = await bench.run("http", ["url": .string(server.url + "/start"), "redirects": 1])
            #expect(followed.value?["body"] == "there")
        }
    }

    @Test(
        "a POST becomes a GET where the status says so",
        arguments: [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
    func method(_ status: Int, _ method: String) async throws {
        let server = redirecting(status, to: "../a/./b/../there?x=1")
        try await Bench.run { bench in
            _ = await bench.run(
                "http", ["method": "POST", "url": .string(server.url + "/start"), "body": "hello", "redirects": 3])
        }
        let last = try #require(server.requests.last)
        #expect(last.line == "\(method) /a/there?x=1 HTTP/1.1")
        #expect(last.body == (method == "POST" ? "hello" : ""))
        #expect((last.header("idempotency-key") != nil) == (method == "POST"))
    }

    @Test func `a loop ends at the limit`() async throws {
        let server = SocketServer.answering { $1.answer("302 Found", headers: ["Location: /again"]) }
        try await Bench.run { bench in
            let result = await bench.run("http", ["url": .string(server.url), "redirects": 5])
            #expect(result.failure?.code == "http.302")
        }
        #expect(server.requests.count == 6)
    }

    @Test func `credentials stay with their origin`() async throws {
        let other = SocketServer.answering { $1.answer() }
        let server = redirecting(307, to: other.url + "/there")
        try await Bench.run { bench in
            let result = await bench.run(
                "http",
                [
                    "method": "POST", "url": .string(server.url + "/start"), "redirects": 1, "auth": ["bearer": "secret"],
                    "headers": ["Cookie": "session=1", "X-Api-Key": "secret", "Accept": "text/plain"],
                ])
            #expect(result.value?["status"] == 200)
        }
        let last = try #require(other.requests.last)
        #expect(last.header("authorization") == nil && last.header("cookie") == nil && last.header("x-api-key") == nil)
        #expect(last.header("accept") == "text/plain" && last.header("idempotency-key") == Bench.key.text)
    }

    @Test(
        "each hop passes the guard",
        arguments: [
            "http://169.254.169.254/latest/meta-data", "http://[::1]:1/", "http://localhost:1/", "file:///etc/passwd",
            "gopher://x/", "//10.0.0.1/",
        ])
    func guarded(_ location: String) async throws {
        let server = redirecting(302, to: location)
        try await Bench.run { bench in
            let result = await bench.run("http", ["url": .string(server.url + "/start"), "redirects": 5])
            #expect(result.failure?.code == "http.blocked")
        }
    }
}
