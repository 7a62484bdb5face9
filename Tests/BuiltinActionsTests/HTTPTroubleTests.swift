import BuiltinActions
import Foundation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// What `http` makes of servers that are slow, broken or hostile.
@Suite struct HTTPTroubleTests {
    private func send(
        _ input: [String: Value] = [:], http: ActionsConfiguration.HTTP = .init(), to server: SocketServer
    ) async throws -> ActionResult {
        var input = ValueMap(input.map { (MapKey.string($0.key), $0.value) })
        input["url"] = .string(server.url)
        return try await Bench.run(http: http) { bench in await bench.run("http", .map(input)) }
    }

    @Test func `a refused connection is retryable and certain, and known at once`() async throws {
        let server = SocketServer { _ in }
        let url = server.url
        server.stop()
        let start = ContinuousClock.now
        try await Bench.run(http: .init(connectTimeout: .seconds(120))) { bench in
            let failure = await bench.run("http", ["method": "POST", "url": .string(url), "body": "x", "timeout": "2m"]).failure
            #expect(failure?.code == "http.connect" && failure?.isRetryable == true && failure?.isUncertain == false)
        }
        #expect(.now - start < .seconds(60))
    }

    @Test func `a host that does not exist is a connection that fails`() async throws {
        try await Bench.run { bench in
            let failure = await bench.run("http", ["url": "http://no-such-host.invalid/"]).failure
            #expect(failure?.code == "http.connect" && failure?.isRetryable == true)
        }
    }

    @Test func `silence after the request is a timeout, uncertain where it may have had an effect`() async throws {
        let server = SocketServer { connection in
            _ = connection.request()
            connection.hang()
        }
        let post = try await send(["method": "POST", "body": ["a": 1], "timeout": "200ms"], to: server)
        #expect(
            post.failure?.code == "http.timeout" && post.failure?.isRetryable == true && post.failure?.isUncertain == true,
            "\(post)")
        let get = try await send(["timeout": "200ms"], to: server)
        #expect(get.failure?.code == "http.timeout" && get.failure?.isUncertain == false)
    }

    @Test func `the timeout covers the body, however steadily it trickles`() async throws {
        let server = SocketServer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.send("x") { usleep(2_000) }
        }
        let start = ContinuousClock.now
        #expect(try await send(["timeout": "300ms"], to: server).failure?.code == "http.timeout")
        #expect(.now - start < .seconds(60))
    }

    @Test func `headers that never end are a timeout or a refusal, not a hang`() async throws {
        let server = SocketServer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\n")
            var number = 0
            while connection.send("X-\(number): \(String(repeating: "a", count: 1_000))\r\n") { number += 1 }
        }
        let failure = try await send(["timeout": "5s"], to: server).failure
        #expect(failure?.code == "http.body")
    }

    @Test func `a connection lost before or in the answer is uncertain for a POST`() async throws {
        let silent = SocketServer { connection in
            _ = connection.request()
            connection.reset()
        }
        let reset = try await send(["method": "POST", "body": "x"], to: silent)
        #expect(
            reset.failure?.code == "http.connect" && reset.failure?.isRetryable == true && reset.failure?.isUncertain == true)
        let short = SocketServer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        }
        let cut = try await send(["method": "POST", "body": "x"], to: short)
        #expect(cut.failure?.code == "http.connect" && cut.failure?.isUncertain == true)
    }

    @Test func `an answer that is no HTTP is http.body`() async throws {
        let server = SocketServer { connection in
            _ = connection.request()
            connection.send("220 smtp.example.org ESMTP\r\n")
            connection.hang()
        }
        #expect(try await send(to: server).failure?.code == "http.body")
    }

    @Test func `an answer larger than the limit is given up, with and without a length`() async throws {
        let limit = ActionsConfiguration.HTTP(maxBodyBytes: 10_000)
        let sized = SocketServer.answering { $1.answer(bytes: [UInt8](repeating: 0x61, count: 10_001)) }
        #expect(try await send(http: limit, to: sized).failure?.code == "limit.output")
        let fits = SocketServer.answering { $1.answer(bytes: [UInt8](repeating: 0x61, count: 10_000)) }
        #expect(try await send(http: limit, to: fits).value?["status"] == 200)
        let endless = SocketServer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while connection.send("1000\r\n" + String(repeating: "a", count: 0x1000) + "\r\n") {}
        }
        #expect(try await send(http: limit, to: endless).failure?.code == "limit.output")
        let failing = SocketServer.answering { $1.answer("500 No", bytes: [UInt8](repeating: 0x61, count: 50_000)) }
        let failure = try await send(http: limit, to: failing).failure
        #expect(failure?.code == "http.500" && failure?.data["body"] == .null)
    }

    @Test func `a small compressed answer that unpacks to a huge one is given up`() async throws {
        // Two mebibytes of `a` in two kilobytes.
        let bomb = try Data(contentsOf: Fixture.url("bomb.gz"))
        let server = SocketServer.answering {
            $1.answer(headers: ["Content-Encoding: gzip", "Content-Type: text/plain"], bytes: Array(bomb))
        }
        #expect(try await send(to: server).failure?.code == "limit.output")
        let roomy = try await send(http: .init(maxBodyBytes: 4 << 20), to: server)
        #expect(roomy.value?["body"]?.stringValue?.utf8.count == 2 << 20, "\(roomy)")
    }

    @Test func `compression that is broken is http.body`() async throws {
        let server = SocketServer.answering { $1.answer(headers: ["Content-Encoding: gzip"], body: "this is not gzip at all") }
        #expect(try await send(to: server).failure?.code == "http.body")
    }

    @Test func `a server that closes a kept connection is asked again on a new one or the loss is reported`() async throws {
        let server = SocketServer { connection in
            if connection.request() != nil { connection.answer() }
        }
        try await Bench.run { bench in
            for _ in 0..<5 {
                let result = await bench.run("http", ["url": .string(server.url)])
                #expect(result.value?["status"] == 200 || result.failure?.code == "http.connect")
            }
        }
    }

    @Test func `a cancelled GET ends at once`() async throws {
        let server = SocketServer { connection in
            _ = connection.request()
            connection.hang()
        }
        try await Bench.run(graceTime: .seconds(30)) { bench in
            let running = Task { await bench.run("http", ["url": .string(server.url)]) }
            #expect(await eventually { server.requests.count == 1 })
            running.cancel()
            let failure = await running.value.failure
            #expect(failure?.code == "stopped" && failure?.isUncertain == false)
        }
    }

    @Test func `the answer to a cancelled POST still counts within the grace time`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let server = SocketServer.answering { _, connection in
            gate.wait()
            connection.answer(body: "done")
        }
        try await Bench.run(graceTime: .seconds(30)) { bench in
            let running = Task { await bench.run("http", ["method": "POST", "url": .string(server.url), "body": "x"]) }
            #expect(await eventually { server.requests.count == 1 })
            running.cancel()
            gate.signal()
            #expect(await running.value.value?["body"] == "done")
        }
    }

    @Test func `a cancelled POST without an answer is stopped after the grace time, and uncertain`() async throws {
        let server = SocketServer { connection in
            _ = connection.request()
            connection.hang()
        }
        try await Bench.run(graceTime: .milliseconds(100)) { bench in
            let running = Task { await bench.run("http", ["method": "POST", "url": .string(server.url), "body": "x"]) }
            #expect(await eventually { server.requests.count == 1 })
            running.cancel()
            let failure = await running.value.failure
            #expect(failure?.code == "stopped" && failure?.isUncertain == true)
        }
    }
}
