package import HTTPTypes
package import Values
import WorkflowEngine
import WorkflowJournal

/// An answer that is no success: RFC 9457, `application/problem+json`.
package struct Problem: Error, Sendable {
    /// A place in what the client sent.
    package struct Violation: Sendable, Equatable {
        package var pointer: String
        package var detail: String

        package init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }

        var value: Value { ["pointer": .string(pointer), "detail": .string(detail)] }
    }

    package var status: HTTPResponse.Status
    /// Stable and dotted, for programs.
    package var code: String
    /// One sentence, for people.
    package var detail: String
    package var violations: [Value]
    /// What to do.
    package var hint: String?
    /// Further members of the document.
    package var members: [(String, Value)]
    package var headers: HTTPFields

    package init(
        _ status: HTTPResponse.Status, _ code: String, _ detail: String, violations: [Value] = [], hint: String? = nil,
        members: [(String, Value)] = [], headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.violations = violations
        self.hint = hint
        self.members = members
        self.headers = headers
    }

    static func invalid(_ violations: [Violation], _ detail: String = "The request does not have the right form") -> Problem {
        Problem(.unprocessableContent, "request.invalid", detail, violations: violations.map(\.value))
    }

    static func invalid(_ pointer: String, _ detail: String) -> Problem {
        .invalid([Violation(pointer: pointer, detail: detail)], "\(pointer.isEmpty ? "" : "\(pointer): ")\(detail)")
    }

    static func invalidQuery(_ name: String, _ detail: String) -> Problem {
        Problem(.badRequest, "query.invalid", "The query parameter '\(name)' \(detail)")
    }

    static func unauthorised(_ detail: String) -> Problem {
        Problem(.unauthorized, "unauthorised", detail, headers: [.wwwAuthenticate: "Bearer realm=\"wfrun\""])
    }

    static func forbidden(_ scope: Scope, _ name: String? = nil) -> Problem {
        Problem(
            .forbidden, "forbidden", "The token does not have the scope '\(scope.rawValue)'\(name.map { " for '\($0)'" } ?? "")"
        )
    }

    package func response(requestID: String) -> APIResponse {
        var document: ValueMap = [
            "type": .string("about:blank"), "title": .string(status.reasonPhrase), "status": .int(Int64(status.code)),
            "code": .string(code), "detail": .string(detail), "requestId": .string(requestID),
        ]
        if !violations.isEmpty { document["errors"] = .list(violations) }
        if let hint { document["hint"] = .string(hint) }
        for (name, value) in members { document[name] = value }
        var headers = headers
        headers[.contentType] = "application/problem+json"
        return APIResponse(status: status, headers: headers, body: JSON.bytes(.map(document)))
    }
}

extension Problem {
    /// G1: a 4xx, 503 or 507 means nothing happened; a 500 that it is not known.
    init(_ error: EngineError) {
        let (status, code): (HTTPResponse.Status, String) =
            switch error.code {
            case .workflowNotFound: (.notFound, "workflow.not_found")
            case .instanceNotFound: (.notFound, "instance.not_found")
            case .invalidInput: (.unprocessableContent, "input.invalid")
            case .invalidStart: (.unprocessableContent, "start.invalid")
            case .alreadyEnded: (.conflict, "instance.ended")
            case .gateFull: (.conflict, "workflow.rejected")
            case .held: (.conflict, "instance.held")
            case .notHeld: (.conflict, "instance.not_held")
            case .notEnded: (.conflict, "instance.not_ended")
            case .notRetryable: (.conflict, "instance.not_retryable")
            case .mismatch: (.conflict, "journal.mismatch")
            case .idempotencyKeyReused: (.unprocessableContent, "idempotency_key.reused")
            case .callerKeyTaken: (.conflict, "key.taken")
            case .full: (.init(code: 507, reasonPhrase: "Insufficient Storage"), "storage.full")
            case .unavailable: (.serviceUnavailable, "unavailable")
            case .unknown: (.internalServerError, "outcome.unknown")
            }
        self.init(
            status, code, error.message.prefix(1).uppercased() + error.message.dropFirst(),
            violations: error.violations.listValue ?? [], hint: error.hint,
            headers: status == .serviceUnavailable ? [.retryAfter: "1"] : [:])
    }

    init(_ error: JournalError) {
        switch error.code {
        case .busy: self.init(.serviceUnavailable, "unavailable", error.message, headers: [.retryAfter: "1"])
        case .full: self.init(.init(code: 507, reasonPhrase: "Insufficient Storage"), "storage.full", error.message)
        case .unknown, .failed, .inUse, .incompatible, .inaccessible:
            self.init(.internalServerError, "storage.failed", error.message)
        }
    }
}
