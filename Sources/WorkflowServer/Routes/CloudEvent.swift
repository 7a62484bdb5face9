import HTTPTypes
import Values
import WorkflowEngine

/// CloudEvents 1.0: the JSON format and the binary mode of its HTTP binding. Extension attributes are allowed and dropped.
enum CloudEvent {
    static let reservedSource = "the source 'wfrun' is reserved for events that workflows emit"

    static func isReserved(_ source: String) -> Bool { source.hasSameCodePoints(as: "wfrun") }

    // The names are constants of legal characters.
    private static let specversion = HTTPField.Name("ce-specversion")!
    private static let type = HTTPField.Name("ce-type")!
    private static let source = HTTPField.Name("ce-source")!
    private static let id = HTTPField.Name("ce-id")!

    static func isBinary(_ headers: HTTPFields) -> Bool { headers[specversion] != nil }

    /// HTTP binding §3.1: attributes in `ce-` headers, data in the body.
    static func binary(_ headers: HTTPFields, body: [UInt8]) throws(Problem) -> EventRequest {
        var violations: [Problem.Violation] = []
        func attribute(_ name: HTTPField.Name) -> String {
            let value = headers[name].flatMap { PercentEncoding.decode($0) } ?? ""
            if value.isEmpty { violations.append(.init(pointer: "", detail: "the header '\(name.rawName)' is missing")) }
            return value
        }
        let version = attribute(specversion)
        let event = EventRequest(id: attribute(id), name: attribute(type), source: attribute(source), data: .null)
        if version != "1.0" { violations.append(.init(pointer: "", detail: "ce-specversion must be 1.0")) }
        if isReserved(event.source) { violations.append(.init(pointer: "", detail: reservedSource)) }
        guard violations.isEmpty else { throw .invalid(violations, violations[0].detail) }
        var complete = event
        complete.data = try data(body, contentType: headers[.contentType])
        return complete
    }

    /// JSON format §3: one object.
    static func structured(_ value: Value, at pointer: String) throws(Problem) -> EventRequest {
        guard case .map(let map) = value else { throw .invalid(pointer, "an event is an object, found \(value.kindName)") }
        var violations: [Problem.Violation] = []
        func attribute(_ name: String) -> String {
            guard let text = map[name]?.stringValue, !text.isEmpty else {
                violations.append(.init(pointer: "\(pointer)/\(name)", detail: "must be a non-empty string"))
                return ""
            }
            return text
        }
        let version = attribute("specversion")
        let event = EventRequest(id: attribute("id"), name: attribute("type"), source: attribute("source"), data: .null)
        if version != "1.0", !version.isEmpty {
            violations.append(.init(pointer: "\(pointer)/specversion", detail: "must be 1.0"))
        }
        if isReserved(event.source) { violations.append(.init(pointer: "\(pointer)/source", detail: reservedSource)) }
        var complete = event
        complete.data = map["data"] ?? .null
        if let encoded = map["data_base64"] {
            if let bytes = encoded.stringValue.flatMap({ Base64.decode($0) }), map["data"] == nil {
                complete.data = try data(bytes, contentType: map["datacontenttype"]?.stringValue)
            } else {
                violations.append(.init(pointer: "\(pointer)/data_base64", detail: "must be base64, and stand without 'data'"))
            }
        }
        guard violations.isEmpty else { throw .invalid(violations, "\(violations[0].pointer): \(violations[0].detail)") }
        return complete
    }

    /// JSON is parsed, text stays text, anything else is base64; as the `http` action does with answers.
    private static func data(_ bytes: [UInt8], contentType: String?) throws(Problem) -> Value {
        if bytes.isEmpty { return .null }
        let type = (contentType?.split(separator: ";").first ?? "application/json").filter { $0 != " " }.lowercased()
        if type == "application/json" || type.hasSuffix("+json") { return try RouteCall.parse(bytes) }
        if type.hasPrefix("text/"), let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
        return .string(Base64.encode(bytes))
    }
}
