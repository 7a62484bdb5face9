package import HTTPTypes
import Values

/// A request without the server that received it.
package struct APIRequest: Sendable {
    package typealias BodyReader = @Sendable (_ limit: Int) async throws(Problem) -> [UInt8]

    /// Names the request in problem documents and the log.
    package var id: String
    package var method: HTTPRequest.Method
    /// Decoded segments of the path; nil where the path is no valid UTF-8 after decoding.
    package var segments: [String]?
    /// In the order in which they stand.
    package var query: [(name: String, value: String)]
    package var headers: HTTPFields
    /// The `Host` header or `:authority`.
    package var authority: String?
    /// Reads the whole body; throws 413 beyond the limit. Called once, after the gate.
    package var readBody: BodyReader

    /// - Parameter target: Path and query as they stand in the request line.
    package init(
        id: String, method: HTTPRequest.Method, target: String, headers: HTTPFields = [:], authority: String? = nil,
        readBody: @escaping BodyReader = { (_) async throws(Problem) in [] }
    ) {
        self.id = id
        self.method = method
        self.headers = headers
        self.authority = authority
        self.readBody = readBody
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? ""
        let decoded = path.split(separator: "/").map { PercentEncoding.decode($0) }
        segments = decoded.contains { $0 == nil } ? nil : decoded.compactMap(\.self)
        query = parts.count < 2 ? [] : Self.queryItems(parts[1])
    }

    private static func queryItems(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").compactMap { item in
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(pair[0], plusIsSpace: true) else { return nil }
            let value = pair.count > 1 ? PercentEncoding.decode(pair[1], plusIsSpace: true) : ""
            return value.map { (name, $0) }
        }
    }
}

/// A response before it has a connection to go out on.
package struct APIResponse: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: [UInt8]

    package init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(_ value: Value, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> APIResponse {
        var headers = headers
        headers[.contentType] = "application/json"
        return APIResponse(status: status, headers: headers, body: JSON.bytes(value))
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> APIResponse {
        APIResponse(status: .ok, headers: [.contentType: type], body: Array(text.utf8))
    }
}

/// RFC 3986 §2.1, both ways.
package enum PercentEncoding {
    /// Nil for a broken escape or when the bytes are no UTF-8.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let decoded = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)), decoded.count == 1 else {
                    return nil
                }
                bytes.append(decoded[0])
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Everything but the unreserved characters.
    package static func encode(_ text: some StringProtocol) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(contentsOf: Hex.encode(CollectionOfOne(byte)).uppercased().utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
