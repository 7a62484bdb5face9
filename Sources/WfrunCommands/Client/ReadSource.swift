import HTTPTypes
import Values
import WorkflowServer

/// Something that answers the API's requests: a server, or the database of one that is not running.
protocol APISource: Sendable {
    func send(_ call: APICall) async throws(CommandFailure) -> APIAnswer
}

struct APICall: Sendable {
    var method: HTTPRequest.Method = .get
    /// Segments after `/v1`.
    var path: [String]
    var query: [(String, String)] = []
    var headers: [(HTTPField.Name, String)] = []
    var body: Value?
    /// How long the answer may take beyond the usual.
    var patience: Int64 = 0

    /// Path and query as they go into a request line.
    var target: String {
        let path = "/v1/" + path.map { PercentEncoding.encode($0) }.joined(separator: "/")
        if query.isEmpty { return path }
        return path + "?"
            + query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}

struct APIAnswer: Sendable {
    var status: Int
    var body: [UInt8]

    var value: Value { (try? JSON.parse(body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension APISource {
    /// The body of a successful answer; anything else ends the command with the exit code that fits.
    func get(_ path: [String], query: [(String, String)] = []) async throws(CommandFailure) -> Value {
        try await succeed(APICall(path: path, query: query)).value
    }

    func succeed(_ call: APICall) async throws(CommandFailure) -> APIAnswer {
        if call.path.contains("") {
            throw CommandFailure(.usage, "An id or name is empty.", hint: "Is a variable of the shell unset?")
        }
        let answer = try await send(call)
        guard (200..<300).contains(answer.status) else { throw CommandFailure(problem: answer) }
        return answer
    }
}

extension CommandFailure {
    /// What a problem document means for a command.
    init(problem answer: APIAnswer) {
        let problem = answer.value
        let status: ExitStatus =
            switch answer.status {
            case 401, 403: .unauthorised
            case 404: .notFound
            case 409: .wrongState
            case 400, 413, 415, 422: .bad
            default: .failed
            }
        let detail = problem["detail"]?.stringValue ?? "the server answered \(answer.status)"
        var lines = [printable(detail)]
        for violation in problem["errors"]?.listValue ?? [] {
            let pointer = violation["pointer"]?.stringValue ?? ""
            let text = violation["detail"]?.stringValue ?? ""
            // The summary of a few has them already.
            if detail.contains(text) { continue }
            lines.append("  \(printable(pointer.isEmpty ? "(the whole)" : pointer)): \(printable(text))")
        }
        self.init(status, lines.joined(separator: "\n"), hint: problem["hint"]?.stringValue.map(printable))
    }
}
