import Values
import WorkflowJournal

/// Replaces secret values in what an attempt has brought back, before anything of it is stored.
struct Redactor: Sendable {
    private let secrets: [(name: String, value: String)]

    /// Shorter values would hit ordinary text; they protect nothing either.
    private static let shortestSecret = 4

    init(_ secrets: [String: String]) {
        // The longest first, so that one secret within another leaves nothing behind.
        self.secrets = secrets.filter { $0.value.utf8.count >= Self.shortestSecret }
            .map { (name: $0.key, value: $0.value) }
            .sorted { ($1.value.utf8.count, $0.name) < ($0.value.utf8.count, $1.name) }
    }

    func redact(_ result: ActionResult) -> ActionResult {
        guard !secrets.isEmpty else { return result }
        var result = result
        switch result.outcome {
        case .success(let value): result.outcome = .success(redact(value))
        case .failure(let failure): result.outcome = .failure(redact(failure))
        }
        result.logs = result.logs.map { .init(level: $0.level, message: redact($0.message), data: redact($0.data)) }
        result.emails = result.emails.map {
            .init(id: $0.id, to: $0.to.map(redact), subject: redact($0.subject), file: $0.file)
        }
        return result
    }

    func redact(_ failure: Failure) -> Failure {
        var failure = failure
        failure.message = redact(failure.message)
        failure.data = redact(failure.data)
        failure.cause = failure.cause.map(redact)
        return failure
    }

    func redact(_ value: Value) -> Value {
        guard !secrets.isEmpty else { return value }
        switch value {
        case .string(let text): return .string(redact(text))
        case .list(let items): return .list(items.map(redact))
        case .map(let map):
            return .map(
                ValueMap(
                    map.map { entry -> (MapKey, Value) in
                        if case .string(let name) = entry.key {
                            (.string(redact(name)), redact(entry.value))
                        } else {
                            (entry.key, redact(entry.value))
                        }
                    }))
        case .null, .bool, .int, .uint, .double, .bytes, .timestamp, .duration, .type, .optional: return value
        }
    }

    func redact(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var isChanged = false
        for secret in secrets {
            let pattern = Array(secret.value.utf8)
            var index = 0
            while index + pattern.count <= bytes.count {
                if bytes[index] == pattern[0], bytes[index..<index + pattern.count].elementsEqual(pattern) {
                    let replacement = Array("[secret \(secret.name)]".utf8)
                    bytes.replaceSubrange(index..<index + pattern.count, with: replacement)
                    index += replacement.count
                    isChanged = true
                } else {
                    index += 1
                }
            }
        }
        return isChanged ? String(decoding: bytes, as: UTF8.self) : text
    }
}
