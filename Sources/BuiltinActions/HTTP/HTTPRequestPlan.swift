import NIOHTTP1
import Values
import WorkflowJournal

/// What a step asks of `http`, checked: everything but the connection.
struct HTTPRequestPlan: Sendable {
    enum Authorization: Sendable {
        case none
        /// The value of the `Authorization` header.
        case header(String)
        case oauth2(OAuthTokens.Credentials)
    }

    var method: HTTPMethod
    var address: WebAddress
    /// As the step gives them, then what its body and key add.
    var headers: HTTPHeaders
    var body: [UInt8]?
    var authorization: Authorization
    var accept: AcceptedStatuses
    var timeout: Duration
    var redirects: Int

    /// GET, HEAD and OPTIONS change nothing, so an unfinished one leaves nothing uncertain.
    var isSafe: Bool { [.GET, .HEAD, .OPTIONS].contains(method) }

    static let methods: [HTTPMethod] = [.GET, .HEAD, .POST, .PUT, .PATCH, .DELETE, .OPTIONS]
    static let maximumRedirects = 20

    init(_ value: Value, key: IdempotencyKey) throws(Failure) {
        let input = ActionInput(value)
        let name = try input.string("method") ?? "GET"
        guard let method = Self.methods.first(where: { $0.rawValue == name }) else {
            throw .misfit("method '\(name)' is not known")
        }
        self.method = method
        guard let url = try input.string("url") else { throw .misfit("url is missing") }
        address = try WebAddress(url).appending(query: Self.query(input))
        headers = try Self.headers(input)
        body = try RequestBody.encode(input, headers: &headers)
        authorization = try Self.authorization(input)
        accept = try AcceptedStatuses(try input.string("accept") ?? "2xx")
        timeout = try input.duration("timeout") ?? .seconds(30)
        redirects = Int(clamping: try input.int("redirects") ?? 0)
        guard (0...Self.maximumRedirects).contains(redirects) else {
            throw .misfit("redirects must be from 0 to \(Self.maximumRedirects)")
        }
        if method != .GET, method != .HEAD, !headers.contains(name: "Idempotency-Key") {
            headers.add(name: "Idempotency-Key", value: key.text)
        }
    }

    private static func query(_ input: ActionInput) throws(Failure) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for (key, value) in try input.map("query") ?? [:] where !value.isNull {
            guard case .string(let name) = key else { throw .misfit("query must have names for keys") }
            for item in value.listValue ?? [value] {
                guard let text = ActionInput.text(of: item) else {
                    throw .misfit("query.\(name) must be text, a number, a boolean or a list of those")
                }
                fields.append((name, text))
            }
        }
        return fields
    }

    /// The client sets these by itself; given by a step they could only contradict what is sent.
    private static let framing: Set = [
        "content-length", "transfer-encoding", "connection", "host", "upgrade", "te", "trailer", "expect",
    ]

    private static func headers(_ input: ActionInput) throws(Failure) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in try input.texts("headers") {
            guard !name.isEmpty, name.utf8.allSatisfy(isTokenCharacter) else {
                throw .misfit("headers: '\(name)' is no header name")
            }
            guard !framing.contains(name.lowercased()) else { throw .misfit("headers: \(name) is set by wfrun itself") }
            // RFC 9110 §5.5: a line break here would begin a header, or a request, of somebody else's making.
            guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
                throw .misfit("headers: the value of \(name) has a line break or another control character")
            }
            headers.add(name: name, value: value)
        }
        return headers
    }

    /// RFC 9110 §5.6.2.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func authorization(_ input: ActionInput) throws(Failure) -> Authorization {
        guard let map = try input.map("auth") else { return .none }
        let auth = ActionInput(.map(map))
        let given = ["bearer", "basic", "oauth2"].filter { auth[$0] != nil }
        guard given.count == 1, map.filter({ !$0.value.isNull }).count == 1 else {
            throw .misfit("auth must be exactly one of bearer, basic and oauth2")
        }
        if let token = try auth.string("bearer") {
            guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw .misfit("auth.bearer must be visible ASCII without spaces")
            }
            return .header("Bearer \(token)")
        }
        if let basic = try auth.map("basic") {
            let pair = ActionInput(.map(basic))
            guard let user = try pair.string("username"), let password = try pair.string("password"),
                !user.utf8.contains(UInt8(ascii: ":"))
            else { throw .misfit("auth.basic needs username (without ':') and password") }
            return .header("Basic " + Base64.encode(Array("\(user):\(password)".utf8)))
        }
        return .oauth2(try OAuthTokens.Credentials(ActionInput(auth["oauth2"] ?? .null)))
    }
}

/// The statuses a step takes for a success.
struct AcceptedStatuses: Sendable, Equatable {
    private var ranges: [ClosedRange<Int>] = []

    /// Reads a list separated by commas of `200`, `2xx`, `200-299`.
    init(_ text: String) throws(Failure) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let item = part.filter { $0 != " " }.lowercased()
            let bounds = item.split(separator: "-", omittingEmptySubsequences: false).map { Self.status($0) }
            if item.count == 3, item.hasSuffix("xx"), let first = item.first?.wholeNumberValue, (1...5).contains(first) {
                ranges.append(first * 100...first * 100 + 99)
            } else if bounds.count == 1, let only = bounds[0] {
                ranges.append(only...only)
            } else if bounds.count == 2, let low = bounds[0], let high = bounds[1], low <= high {
                ranges.append(low...high)
            } else {
                throw .misfit("accept has '\(item)': write 200, 2xx or 200-299, separated by commas")
            }
        }
    }

    private static func status(_ text: some StringProtocol) -> Int? {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
            return nil
        }
        return (100...599).contains(number) ? number : nil
    }

    func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }
}
