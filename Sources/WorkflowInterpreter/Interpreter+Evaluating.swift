import CEL
import Values
import WorkflowGraph
package import WorkflowJournal

/// Expressions, contracts, keys and the failures that come of them.
extension Interpreter {
    func evaluate(_ expression: ValueExpression, _ frame: Frame) throws(Failure) -> Value {
        try evaluate(expression, in: frame.scope, frame)
    }

    func evaluate(_ expression: ValueExpression, in scope: Scope, _ frame: Frame) throws(Failure) -> Value {
        do {
            return try expression.evaluate(scope)
        } catch {
            throw expressionFailure(error, frame)
        }
    }

    func expressionFailure(_ error: EvaluationFailure, _ frame: Frame) -> Failure {
        let code = error.kind == .limit ? "limit.expression" : "expression"
        return failure(code, error.message, frame)
    }

    func schemaFailure(_ violation: ContractViolation, _ frame: Frame, of what: String) -> Failure {
        // The empty key is the file itself.
        let whose = frame.key.isEmpty ? graph.workflow : frame.key
        var failure = failure("schema", "the \(what) of '\(whose)' does not fit: \(violation.summary)", frame)
        failure.data = ["errors": violation.value]
        return failure
    }

    func admit(_ value: Value, _ contract: ValueContract, _ frame: Frame, what: String = "input") throws(Failure) -> Value {
        switch contract.admit(value) {
        case .success(let admitted): return admitted
        case .failure(let violation): throw schemaFailure(violation, frame, of: what)
        }
    }

    /// A recorded result under the type that the definition declares for it.
    func admitResult(
        _ value: Value, _ contract: ValueContract, _ frame: Frame, what: String = "result"
    ) throws(Failure) -> Value {
        switch contract.admit(value) {
        case .success(let admitted): return admitted
        case .failure(let violation):
            resultRefused?(UnfitValue(.result(memoKey(frame.key)), value, contract, violation))
            throw schemaFailure(violation, frame, of: what)
        }
    }

    /// A value as the journal would give it back, so that live and replay see the same. Instants and durations keep their
    /// kinds here: they are pure results and computed again on replay.
    func normalised(_ value: Value, _ frame: Frame) throws(Failure) -> Value {
        if let obstacle = JSON.obstacle(to: value) {
            throw failure("expression", "the value cannot be kept: \(obstacle)", frame)
        }
        return value
    }

    func failure(_ code: String, _ message: String, _ frame: Frame) -> Failure {
        Failure(code: code, message: message, step: memoKey(frame.key))
    }

    func stoppedFailure(_ cause: StopCause, step: MemoKey? = nil) -> Failure {
        let message =
            switch cause {
            case .timeout: "a timeout came due"
            case .cancelled: "it was cancelled"
            case .failure: "a step beside it failed"
            }
        let reason = Failure(code: cause.code, message: message)
        return Failure(code: "stopped", message: "stopped: \(reason.message)", step: step, cause: reason)
    }

    func raised(by step: Node.FailStep, _ frame: Frame) throws(Failure) -> Failure {
        let message = try evaluate(step.message, frame)
        let data = try step.data.map { (data) throws(Failure) in try normalised(try evaluate(data, frame), frame) }
        return Failure(
            code: step.code, message: message.stringValue ?? ValueExpression.templateText(of: message) ?? JSON.text(message),
            isRetryable: step.isRetryable, step: memoKey(frame.key), data: JSON.normalised(data ?? .null))
    }

    /// When a time limit is over. A duration below zero and an instant in the past are over at once.
    func instant(of limit: TimeLimit, in scope: Scope, _ frame: Frame) throws(Failure) -> Timestamp {
        let due: Timestamp?
        switch limit {
        case .after(let expression):
            let value = try evaluate(expression, in: scope, frame)
            guard let span = Self.span(value) else {
                throw failure("expression", "expected a duration, found \(value.kindName)", frame)
            }
            due = span.isNegative ? now : now.adding(span)
        case .until(let expression):
            let value = try evaluate(expression, in: scope, frame)
            guard let instant = Self.timestamp(value) else {
                throw failure("expression", "expected a timestamp, found \(value.kindName)", frame)
            }
            due = max(instant, now)
        }
        guard let due, due.seconds - now.seconds <= InterpreterLimits.longestTimerSeconds else {
            throw failure("limit.timer", "the time lies more than ten years ahead", frame)
        }
        // Stored to the microsecond; what is computed from it must not differ after a restart.
        return Timestamp(microseconds: due.microseconds)
    }

    /// Under `any` a duration or an instant is a string.
    private static func span(_ value: Value) -> TimeSpan? {
        switch value {
        case .duration(let span): span
        case .string(let text): TimeSpan(durationLiteral: text) ?? TimeSpan(celDuration: text)
        default: nil
        }
    }

    private static func timestamp(_ value: Value) -> Timestamp? {
        switch value {
        case .timestamp(let instant): instant
        case .string(let text): Timestamp(rfc3339: text)
        default: nil
        }
    }

    // MARK: - Keys, language.md §9

    func childKey(_ prefix: String, _ id: String) -> String { prefix.isEmpty ? id : prefix + "/" + id }

    /// The item's key as it stands in memo keys: every byte but `A–Z a–z 0–9 - _` percent-encoded; nil for a value that cannot
    /// name an item.
    func itemKeyText(_ value: Value) -> String? {
        switch value {
        case .string(let text): return Self.percentEncoded(text)
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        default: return nil
        }
    }

    private static func percentEncoded(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): result.append(byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(contentsOf: Hex.encode(CollectionOfOne(byte)).uppercased().utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `x.catch0`; for a file, whose id is empty, `x/.catch0`.
    func phaseKey(_ frame: Frame, _ phase: String) -> String {
        (isFile(frame) && !frame.key.isEmpty ? frame.key + "/" : frame.key) + "." + phase
    }

    func memoKey(_ text: String) -> MemoKey {
        if text.utf8.count <= InterpreterLimits.memoKeyBytes { return MemoKey(text) }
        return MemoKey("sha256:" + ContentDigest(of: text.utf8).hex)
    }

    /// The key without the attempts of bodies: the same place in every attempt.
    func place(of key: String) -> String {
        guard key.utf8.contains(UInt8(ascii: "~")) else { return key }
        var place: [UInt8] = []
        var isSkipping = false
        for byte in key.utf8 {
            if byte == UInt8(ascii: "~") {
                isSkipping = true
            } else if !(isSkipping && (0x30...0x39).contains(byte)) {
                isSkipping = false
                place.append(byte)
            }
        }
        return String(decoding: place, as: UTF8.self)
    }

    func idempotencyKey(of frame: Frame) -> IdempotencyKey {
        let place = place(of: frame.key)
        return IdempotencyKey(
            instance: header.id, continuations: header.continuations, place: place, occurrence: completions[place] ?? 0)
    }
}

extension Interpreter {
    /// The labels of a new instance; null ones are left out.
    package func labels() -> Result<[String: String], Failure> {
        let facts = Scope.FileFacts(body: graph.main, call: nil, inputHasSecrets: false)
        let scope = fileScope(facts, input: header.input)
        var labels: [String: String] = [:]
        for label in graph.labels {
            do {
                let value = try label.value.evaluate(scope)
                if !value.isNull { labels[label.name] = ValueExpression.templateText(of: value) ?? JSON.text(value) }
            } catch {
                return .failure(Failure(code: "expression", message: "label '\(label.name)': \(error.message)"))
            }
        }
        return .success(labels)
    }
}
