import HTTPTypes
import Values

/// Limits of what clients send: guarantees.md §4.
package enum RequestLimits {
    package static let bodyBytes = 1 << 20
    package static let depth = 64
    package static let page = 200
    package static let waitSeconds = 60
    package static let batchedEvents = 1_000
    /// What the engine and operators noted of an instance, in one history.
    package static let notes = 1_000
    package static let keyBytes = 255
    package static let concurrentValidations = 2
    /// Of one plan; a cursor goes on.
    package static let plannedInstances = 1_000
    package static let planTime = Duration.seconds(5)
}

extension RouteCall {
    var mediaType: String {
        let type = request.headers[.contentType]?.split(separator: ";").first ?? ""
        return type.filter { $0 != " " }.lowercased()
    }

    func body() async throws(Problem) -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > RequestLimits.bodyBytes {
            throw .tooLarge
        }
        return try await request.readBody(RequestLimits.bodyBytes)
    }

    /// The body as strict JSON; an empty one is an empty object.
    func jsonBody(types: [String] = ["application/json"]) async throws(Problem) -> Value {
        let bytes = try await body()
        if bytes.isEmpty { return [:] }
        guard types.contains(mediaType) else { throw .unsupportedType(types, request.headers[.contentType]) }
        return try Self.parse(bytes)
    }

    static func parse(_ bytes: [UInt8]) throws(Problem) -> Value {
        do throws(JSON.SyntaxError) {
            return try JSON.parse(bytes, limits: JSON.Limits(depth: RequestLimits.depth, refusesDuplicateNames: true))
        } catch {
            throw Problem(.badRequest, "json.invalid", "The body is not valid JSON: \(error)")
        }
    }

    // MARK: Query

    func query(_ name: String) -> String? { request.query.last { $0.name == name }?.value }

    func queries(_ name: String) -> [String] { request.query.filter { $0.name == name }.map(\.value) }

    /// `true` or `false`; false when it is not there.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch query(name) {
        case nil, "false"?: return false
        case "true"?: return true
        default: throw .invalidQuery(name, "must be true or false")
        }
    }

    func limit(default standard: Int = 50) throws(Problem) -> Int {
        guard let text = query("limit") else { return standard }
        guard let limit = Int(text), (1...RequestLimits.page).contains(limit) else {
            throw .invalidQuery("limit", "must be a number from 1 to \(RequestLimits.page)")
        }
        return limit
    }

    /// A duration as the language writes it (`30s`), or a bare number of seconds; at most a minute.
    static func wait(_ text: String) -> TimeSpan? {
        let span = Int64(text).flatMap { TimeSpan(seconds: $0) } ?? TimeSpan(durationLiteral: text)
        guard let span, !span.isNegative, span.seconds <= RequestLimits.waitSeconds else { return nil }
        return span
    }

    /// `Prefer: wait=N` of RFC 7240.
    func preferredWait() throws(Problem) -> TimeSpan? {
        for preference in (request.headers[.prefer] ?? "").split(separator: ",") {
            let parts = preference.filter { $0 != " " }.split(separator: "=")
            guard parts.count == 2, parts[0].lowercased() == "wait" else { continue }
            guard let span = Self.wait(String(parts[1])) else {
                throw Problem(
                    .badRequest, "prefer.invalid", "'Prefer: wait=N' takes seconds from 0 to \(RequestLimits.waitSeconds)")
            }
            return span
        }
        return nil
    }

    func idempotencyKey() throws(Problem) -> String? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard !key.isEmpty, key.utf8.count <= RequestLimits.keyBytes else {
            throw Problem(.badRequest, "idempotency_key.invalid", "An Idempotency-Key has 1 to \(RequestLimits.keyBytes) bytes")
        }
        return key
    }
}

/// Reads the members of a request object and collects what is wrong with them; members nobody asked for are wrong too.
struct FieldReader {
    private let map: ValueMap
    private var known: Set<String> = []
    private(set) var violations: [Problem.Violation] = []

    init(_ value: Value) throws(Problem) {
        guard case .map(let map) = value else { throw .invalid("", "an object is expected, found \(value.kindName)") }
        self.map = map
    }

    mutating func value(_ name: String) -> Value? {
        known.insert(name)
        return map[name]
    }

    /// Nil when absent or null.
    mutating func string(_ name: String, maximumBytes: Int = 1_024) -> String? {
        guard let value = value(name), !value.isNull else { return nil }
        guard case .string(let text) = value else {
            violations.append(.init(pointer: "/\(name)", detail: "a string is expected, found \(value.kindName)"))
            return nil
        }
        guard !text.isEmpty, text.utf8.count <= maximumBytes else {
            violations.append(.init(pointer: "/\(name)", detail: "must have 1 to \(maximumBytes) bytes"))
            return nil
        }
        return text
    }

    mutating func requiredString(_ name: String) -> String {
        if let value = value(name), !value.isNull { return string(name) ?? "" }
        violations.append(.init(pointer: "/\(name)", detail: "is missing"))
        return ""
    }

    mutating func bool(_ name: String) -> Bool? {
        guard let value = value(name), !value.isNull else { return nil }
        guard case .bool(let flag) = value else {
            violations.append(.init(pointer: "/\(name)", detail: "true or false is expected, found \(value.kindName)"))
            return nil
        }
        return flag
    }

    mutating func report(_ pointer: String, _ detail: String) {
        violations.append(.init(pointer: pointer, detail: detail))
    }

    /// Call when everything known has been read.
    mutating func finish() throws(Problem) {
        for entry in map {
            guard case .string(let name) = entry.key, !known.contains(name) else { continue }
            let allowed = known.sorted().joined(separator: ", ")
            violations.append(.init(pointer: "/\(name)", detail: "is not a member of this request; it has: \(allowed)"))
        }
        guard violations.isEmpty else {
            let first = violations[0]
            throw .invalid(violations, "\(first.pointer.isEmpty ? "The body" : first.pointer): \(first.detail)")
        }
    }
}

extension Problem {
    package static var tooLarge: Problem {
        Problem(.contentTooLarge, "body.too_large", "A request body has at most \(RequestLimits.bodyBytes) bytes")
    }

    static func unsupportedType(_ types: [String], _ found: String?) -> Problem {
        Problem(
            .unsupportedMediaType, "media_type.unsupported",
            "The body must be \(types.joined(separator: " or ")), not \(found.map { "'\($0)'" } ?? "without a Content-Type")",
            headers: [.accept: types.joined(separator: ", ")])
    }
}

extension HTTPField.Name {
    // The names are constants of legal characters.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let prefer = HTTPField.Name("Prefer")!
    static let preferenceApplied = HTTPField.Name("Preference-Applied")!
}
