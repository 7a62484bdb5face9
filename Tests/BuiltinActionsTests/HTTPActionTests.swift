import BuiltinActions
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// What `http` sends, and what it makes of well-behaved answers.
@Suite struct HTTPActionTests {
    /// Runs one request against a server with one answer.
    private func request(
        _ input: [String: Value] = [:], path: String = "/", http: ActionsConfiguration.HTTP = .init(),
        _ answer: @escaping @Sendable (SocketServer.Request, SocketServer.Connection) -> Void = { $1.answer() }
    ) async throws -> (result: ActionResult, requests: [SocketServer.Request]) {
        let server = SocketServer.answering(answer)
        var input = ValueMap(input.map { (MapKey.string($0.key), $0.value) })
        if input["url"] == nil { input["url"] = .string(server.url + path) }
        let result = try await Bench.run(http: http) { bench in await bench.run("http", .map(input)) }
        return (result, server.requests)
    }

    @Test func `a GET carries neither body nor idempotency key`() async throws {
        let (result, requests) = try await request(path: "/a?b=c")
        #expect(result.value?["status"] == 200)
        let sent = try #require(requests.first)
        #expect(sent.line == "GET /a?b=c HTTP/1.1")
        #expect(sent.header("idempotency-key") == nil && sent.header("content-type") == nil)
        #expect(sent.header("user-agent") == "wfrun")
        #expect(sent.header("host")?.hasPrefix("127.0.0.1:") == true)
    }

    @Test("every method but GET and HEAD carries the step's key", arguments: ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func key(_ method: String) async throws {
        let (_, requests) = try await request(["method": .string(method)])
        #expect(requests.first?.header("idempotency-key") == Bench.key.text)
    }

    @Test func `a key that the step sets stays`() async throws {
        let (_, requests) = try await request(["method": "POST", "headers": ["idempotency-key": "mine"]])
        #expect(requests.first?.header("idempotency-key") == "mine")
    }

    @Test func `a value travels as JSON, text as text, a form as a form`() async throws {
        let json = try await request(["method": "POST", "body": ["a": [1, 2.5, .null, true]]]).requests.first
        #expect(json?.body == #"{"a":[1,2.5,null,true]}"# && json?.header("content-type") == "application/json")
        let text = try await request(["method": "POST", "body": "grüß"]).requests.first
        #expect(text?.body == "grüß" && text?.header("content-type") == "text/plain; charset=utf-8")
        let typed = try await request(["method": "POST", "body": "<a/>", "headers": ["Content-Type": "application/xml"]])
            .requests.first
        #expect(typed?.header("content-type") == "application/xml")
        let form = try await request(["method": "POST", "form": ["a b": "1&2", "c": "ü"]]).requests.first
        #expect(form?.body == "a+b=1%262&c=%C3%BC" && form?.header("content-type") == "application/x-www-form-urlencoded")
        let none = try await request(["method": "POST"]).requests.first
        #expect(none?.header("content-length") == "0" && none?.body == "")
    }

    @Test func `the query is appended and encoded, a list repeats its name`() async throws {
        let (_, requests) = try await request(["query": ["q": "a b&c", "n": [1, 2], "off": .null, "t": true]], path: "/s?x=1")
        #expect(requests.first?.line == "GET /s?x=1&n=1&n=2&q=a%20b%26c&t=true HTTP/1.1")
    }

    @Test func `what may not stand in a URL is encoded, and nothing twice`() async throws {
        let (_, requests) = try await request(path: "/a b/%20/ü?q=\"x\"#fragment")
        #expect(requests.first?.line == "GET /a%20b/%20/%C3%BC?q=%22x%22 HTTP/1.1")
    }

    @Test func `credentials become an Authorization header`() async throws {
        let bearer = try await request(["auth": ["bearer": "t0ken"]]).requests.first
        #expect(bearer?.header("authorization") == "Bearer t0ken")
        let basic = try await request(["auth": ["basic": ["username": "ada", "password": "x:y"]]]).requests.first
        #expect(basic?.header("authorization") == "Basic YWRhOng6eQ==")
    }

    @Test(
        "bodies are read by their media type",
        arguments: [
            ("application/json", #"{"a":1.0,"b":[null]}"#, Value.map(["a": 1, "b": [.null]])),
            ("application/problem+json; charset=utf-8", "[]", .list([])), ("text/plain", "hello", "hello"),
            ("text/plain", "", ""),
            ("application/json", "", .null), ("application/octet-stream", "abc", "YWJj"), ("image/png", "", .null),
            ("application/xml", "<a/>", "<a/>"), ("application/x-ndjson", "{}\n{}", "{}\n{}"), ("", "plain", "plain"),
        ])
    func bodies(_ type: String, _ body: String, _ expected: Value) async throws {
        let headers = type.isEmpty ? [] : ["Content-Type: \(type)"]
        let (result, _) = try await request { $1.answer(headers: headers, body: body) }
        #expect(result.value?["body"] == expected)
    }

    @Test func `text that is not UTF-8 is base64, unless its charset explains it`() async throws {
        let bytes: [UInt8] = [0x67, 0x72, 0xFC, 0xDF]
        let unknown = try await request { $1.answer(headers: ["Content-Type: text/plain"], bytes: bytes) }.result
        #expect(unknown.value?["body"] == .string(Base64.encode(bytes)))
        let latin = try await request { $1.answer(headers: ["Content-Type: text/plain; charset=ISO-8859-1"], bytes: bytes) }
            .result
        #expect(latin.value?["body"] == "grüß")
        let json = try await request { $1.answer(headers: ["Content-Type: application/json"], bytes: [0x22] + bytes + [0x22]) }
            .result
        #expect(json.failure?.code == "http.body")
    }

    @Test func `JSON that is none is a failure with the text beside it`() async throws {
        let (result, _) = try await request { $1.answer(headers: ["Content-Type: application/json"], body: "<html>") }
        #expect(result.failure?.code == "http.body" && result.failure?.isRetryable == false)
        #expect(result.failure?.data["body"] == "<html>")
    }

    @Test func `header names are lower-cased and repeated ones joined`() async throws {
        let (result, _) = try await request { $1.answer(headers: ["X-A: 1", "x-a: 2", "X-B: y"]) }
        #expect(result.value?["headers"]?["x-a"] == "1, 2" && result.value?["headers"]?["x-b"] == "y")
    }

    @Test(
        "statuses that are not accepted are failures",
        arguments: [
            (400, false), (404, false), (408, true), (425, true), (429, true), (500, true), (503, true), (599, true),
            (304, false),
        ])
    func statuses(_ status: Int, _ isRetryable: Bool) async throws {
        let (result, _) = try await request {
            $1.answer("\(status) Whatever", headers: ["Content-Type: application/json"], body: #"{"why":"so"}"#)
        }
        let failure = try #require(result.failure)
        #expect(failure.code == "http.\(status)" && failure.isRetryable == isRetryable && !failure.isUncertain)
        #expect(failure.data["status"] == .int(Int64(status)))
        #expect(failure.data["headers"]?["content-type"] == "application/json")
        if status != 304 { #expect(failure.data["body"]?["why"] == "so") }
    }

    @Test func `accept names the statuses that are no error`() async throws {
        #expect(try await request(["accept": "2xx, 404"]) { $1.answer("404 No") }.result.value?["status"] == 404)
        #expect(try await request(["accept": "400-499"]) { $1.answer("418 Tea") }.result.value?["status"] == 418)
        #expect(try await request(["accept": "201"]) { $1.answer("200 OK") }.result.failure?.code == "http.200")
        #expect(try await request(["accept": "abc"]).result.failure?.code == "schema")
    }

    @Test(
        "Retry-After is seconds or a date",
        arguments: [
            ("7", 7), ("0", 0), ("Tue, 14 Nov 2023 22:14:20 GMT", 60), ("Tuesday, 14-Nov-23 22:14:20 GMT", 60),
            ("Tue Nov 14 22:14:20 2023", 60), ("Tue, 14 Nov 2023 22:00:00 GMT", 0), ("soon", -1), ("-5", -1),
            ("Tue, 99 Nov 2023 22:14:20 GMT", -1),
        ])
    func retryAfter(_ text: String, _ seconds: Int64) async throws {
        let (result, _) = try await request { $1.answer("503 Busy", headers: ["Retry-After: \(text)"]) }
        let expected = seconds < 0 ? nil : TimeSpan(seconds: seconds)
        #expect(result.retryAfter == expected && result.failure?.retryAfter == expected)
    }

    @Test func `a retry date counts from the other side's clock`() async throws {
        let (result, _) = try await request {
            $1.answer(
                "429 Slow", headers: ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 08:49:40 GMT"])
        }
        #expect(result.retryAfter == TimeSpan(seconds: 3))
    }

    @Test(
        "input that could only mean harm is refused before anything is sent",
        arguments: [
            ["headers": ["X-A": "1\r\nX-Evil: 1"]], ["headers": ["X-A\r\nX-Evil": "1"]], ["headers": ["Host": "elsewhere"]],
            ["headers": ["Content-Length": "5"]], ["headers": ["": "x"]], ["url": "ftp://127.0.0.1/"], ["url": "/relative"],
            ["url": "http://user:secret@127.0.0.1/"], ["url": "http://127.0.0.1/a\r\nX-Evil: 1"], ["url": "http:///x"],
            ["url": "http://exa mple.org/"], ["url": "http://127.0.0.1:99999/"], ["url": "http://[::1/"], ["method": "GET\r\n"],
            ["body": "x", "form": ["a": "b"]], ["auth": ["bearer": "a\r\nb"]], ["auth": .map([:])], ["timeout": "0s"],
            ["redirects": 99],
            ["query": ["a": ["b": "c"]]],
        ] as [[String: Value]])
    func refused(_ input: [String: Value]) async throws {
        let (result, requests) = try await request(input)
        #expect(result.failure?.code == "schema" && result.failure?.isUncertain == false)
        #expect(requests.isEmpty)
    }

    @Test func `a host from data does not reach this machine`() async throws {
        let server = SocketServer.answering { $1.answer() }
        try await Bench.run { bench in
            for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0"] {
                let result = await bench.run("http", ["url": .string("http://\(host):\(server.port)/")], trusted: [])
                #expect(result.failure?.code == "http.blocked", "\(host)")
            }
            let metadata = await bench.run("http", ["url": "http://169.254.169.254/latest"], trusted: ["169.254.169.254"])
            #expect(metadata.failure?.code == "http.blocked")
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `configuration opens a host to data and closes it to definitions`() async throws {
        let server = SocketServer.answering { $1.answer() }
        let url: Value = ["url": .string(server.url)]
        try await Bench.run(http: .init(allow: ["127.0.0.0/8"])) { bench in
            #expect(await bench.run("http", url, trusted: []).value?["status"] == 200)
        }
        try await Bench.run(http: .init(deny: ["127.0.0.1"])) { bench in
            #expect(await bench.run("http", url).failure?.code == "http.blocked")
        }
    }

    @Test func `connections are kept and used again`() async throws {
        let server = SocketServer { connection in
            while connection.request() != nil { connection.answer(headers: ["X-Connection: \(connection.name)"]) }
        }
        try await Bench.run { bench in
            var names: Set<Value> = []
            for _ in 0..<5 {
                let result = await bench.run("http", ["url": .string(server.url)])
                names.insert(try #require(result.value?["headers"]?["x-connection"]))
            }
            #expect(names.count == 1)
        }
    }

    @Test func `an OAuth token is fetched once, kept, and fetched anew when it is refused`() async throws {
        let server = SocketServer.answering { request, connection in
            if request.line.hasPrefix("POST /token") {
                connection.answer(
                    headers: ["Content-Type: application/json"], body: #"{"access_token":"good","expires_in":3600}"#)
            } else if request.line.hasPrefix("GET /revoked"),
                connection.server.requests.filter({ $0.line.hasPrefix("GET /revoked") }).count == 1
            {
                connection.answer("401 Unauthorized")
            } else {
                connection.answer()
            }
        }
        let auth: Value = [
            "oauth2": ["tokenUrl": .string(server.url + "/token"), "clientId": "me", "clientSecret": "s&cret", "scope": "a b"]
        ]
        try await Bench.run { bench in
            for path in ["/one", "/two", "/revoked"] {
                #expect(
                    await bench.run("http", ["url": .string(server.url + path), "auth": auth]).value?["status"] == 200,
                    "\(path)")
            }
        }
        let lines = server.requests.map { String($0.line.dropLast(" HTTP/1.1".count)) }
        #expect(lines == ["POST /token", "GET /one", "GET /two", "GET /revoked", "POST /token", "GET /revoked"])
        #expect(server.requests[0].body == "grant_type=client_credentials&scope=a+b")
        #expect(server.requests[0].header("authorization") == "Basic " + Base64.encode(Array("me:s%26cret".utf8)))
        #expect(server.requests[1].header("authorization") == "Bearer good")
    }
}
