import NIOHTTP1
import Values
import WorkflowJournal

/// A complete answer, as it came.
struct HTTPAnswer: Sendable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: [UInt8]
    /// The body went on beyond the limit and was not read further.
    var isCut: Bool

    /// The action's output. A body that says it is JSON and is none is a failure, `http.body`.
    func value() throws(Failure) -> Value {
        do {
            return value(body: try ResponseBody.decode(body, type: headers.first(name: "content-type")))
        } catch {
            throw Failure(
                code: "http.body", message: "the answer says it is JSON, but: \(error)",
                data: value(body: ResponseBody.textOrBase64(body)))
        }
    }

    /// The `data` of `http.<status>`: the body as far as it can be understood, null where it was too large.
    var failureValue: Value {
        if isCut { return value(body: .null) }
        let decoded = (try? ResponseBody.decode(body, type: headers.first(name: "content-type")))
        return value(body: decoded ?? ResponseBody.textOrBase64(body))
    }

    private func value(body: Value) -> Value {
        var names: [String: [String]] = [:]
        for (name, value) in headers { names[name.lowercased(), default: []].append(value) }
        let members = names.map { (MapKey.string($0.key), Value.string($0.value.joined(separator: ", "))) }
        return ["status": .int(Int64(status.code)), "headers": .map(ValueMap(members)), "body": body]
    }
}

/// From the bytes of an answer to the value of its body.
enum ResponseBody {
    /// JSON is parsed, text stays text, anything else is base64; nothing at all is null (of a text type: the empty text).
    ///
    /// Text is what its media type calls text and is valid in its charset (UTF-8, US-ASCII or ISO 8859-1), and what has no
    /// media type and is valid UTF-8.
    static func decode(_ bytes: [UInt8], type: String?) throws(JSON.SyntaxError) -> Value {
        let media = type.map(MediaType.init)
        let isText = media?.isText ?? true
        if bytes.isEmpty { return media != nil && isText ? .string("") : .null }
        if media?.isJSON == true {
            return try JSON.parse(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes)
        }
        guard isText else { return .string(Base64.encode(bytes)) }
        if media?.charset == "iso-8859-1" {
            return .string(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
        }
        return textOrBase64(bytes)
    }

    static func textOrBase64(_ bytes: [UInt8]) -> Value {
        .string(String(validating: bytes, as: UTF8.self) ?? Base64.encode(bytes))
    }
}

/// The parts of a `Content-Type` that decide how a body is read.
private struct MediaType {
    let essence: String
    let charset: String?

    init(_ text: String) {
        let parts = text.split(separator: ";").map { $0.lowercased().filter { !" \t\"".contains($0) } }
        essence = parts.first ?? ""
        charset = parts.dropFirst().first { $0.hasPrefix("charset=") }.map { String($0.dropFirst("charset=".count)) }
    }

    var isJSON: Bool { essence == "application/json" || essence == "text/json" || essence.hasSuffix("+json") }

    var isText: Bool {
        essence.hasPrefix("text/") || essence.hasSuffix("+xml") || essence.hasSuffix("+yaml") || Self.texts.contains(essence)
    }

    private static let texts: Set = [
        "application/xml", "application/x-www-form-urlencoded", "application/javascript", "application/ecmascript",
        "application/yaml", "application/x-yaml", "application/toml", "application/graphql", "application/jsonl",
        "application/x-ndjson", "application/ndjson", "application/json-seq", "application/sql", "application/problem+text",
    ]
}
