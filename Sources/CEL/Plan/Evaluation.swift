import Values

/// Why a function or operator has no result; the node that called it adds where.
struct CallFailure: Error {
    var kind = EvaluationFailure.Kind.expression
    var message: String

    init(_ message: String) { self.message = message }

    static func limit(_ message: String) -> CallFailure {
        var failure = CallFailure(message)
        failure.kind = .limit
        return failure
    }

    func at(_ range: Range<Int>) -> EvaluationFailure { EvaluationFailure(kind: kind, message: message, range: range) }
}

/// One run of one expression: its variables, and what it may still spend.
///
/// Steps are charged where work repeats: per round of a loop (as many as the body has nodes) and in functions whose cost
/// grows with their arguments. Everything else is bounded by the size of the expression.
final class Evaluation {
    let variables: any SlotSource
    let options: ExpressionOptions
    let limits: EvaluationLimits
    private(set) var stepsLeft: Int
    /// Variables of loops and binds, by the index the planner gave them.
    var locals: [Value]

    init(_ variables: any SlotSource, options: ExpressionOptions, limits: EvaluationLimits, localCount: Int) {
        self.variables = variables
        self.options = options
        self.limits = limits
        stepsLeft = limits.steps
        locals = Array(repeating: .null, count: localCount)
    }

    var isWorkflow: Bool { options.dialect == .workflow }

    func charge(_ steps: Int) throws(CallFailure) {
        if steps > stepsLeft { throw .limit("this expression takes more than \(limits.steps) steps") }
        stepsLeft -= steps
    }

    /// Charges for a text or bytes of this size, read or written.
    func charge(bytes: Int) throws(CallFailure) { try charge(bytes / 16) }

    /// Refuses a value that would be too large before it is made.
    func admit(bytes: Int) throws(CallFailure) {
        if bytes > limits.resultBytes { throw .limit("the result is larger than \(limits.resultBytes) bytes") }
        try charge(bytes: bytes)
    }

    /// Walks a value, charging a step per element, and refuses it when it is too large. A value may share parts, so its
    /// written size may be far above the memory it takes: the walk ends at the limit.
    func admit(_ value: Value) throws(CallFailure) {
        var left = limits.resultBytes
        try measure(value, &left)
    }

    private func measure(_ value: Value, _ left: inout Int) throws(CallFailure) {
        switch value {
        case .string(let text): left -= text.utf8.count + 2
        case .bytes(let bytes): left -= bytes.count + 2
        case .list(let items):
            left -= 2
            try charge(items.count)
            for item in items { try measure(item, &left) }
        case .map(let map):
            left -= 2
            try charge(map.count)
            for entry in map {
                if case .string(let key) = entry.key { left -= key.utf8.count + 3 } else { left -= 8 }
                try measure(entry.value, &left)
            }
        case .optional(let wrapped?): try measure(wrapped, &left)
        case .null, .bool, .int, .uint, .double, .timestamp, .duration, .type, .optional(nil): left -= 1
        }
        if left < 0 { throw .limit("the result is larger than \(limits.resultBytes) bytes") }
    }
}

/// A step of a plan. Planned once, evaluated often, by many at a time.
protocol PlanNode: Sendable {
    var range: Range<Int> { get }
    func evaluate(_ run: Evaluation) throws(EvaluationFailure) -> Value
}

extension PlanNode {
    /// A condition's value.
    func condition(_ run: Evaluation) throws(EvaluationFailure) -> Bool {
        let value = try evaluate(run)
        if case .bool(let flag) = value { return flag }
        throw CallFailure("expected a boolean, found \(value.kindPhrase)").at(range)
    }
}

extension Value {
    /// With an article, for the middle of a sentence.
    var kindPhrase: String {
        switch self {
        case .null, .bytes: kindName
        case .int, .uint, .optional: "an \(kindName)"
        default: "a \(kindName)"
        }
    }

    /// CEL's name of its type.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .type: "type"
        case .optional: "optional_type"
        }
    }
}

extension MapKey {
    /// The key a value is; nil for kinds that cannot be one. Integral doubles find integer keys.
    init?(lookup value: Value) {
        switch value {
        case .double(let number):
            if let key = Int64(exactly: number) {
                self = .int(key)
            } else if let key = UInt64(exactly: number) {
                self = .uint(key)
            } else {
                return nil
            }
        default: self.init(literal: value)
        }
    }

    /// The key a value may become in a new map: no doubles.
    init?(literal value: Value) {
        switch value {
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .uint(let number): self = .uint(number)
        case .string(let text): self = .string(text)
        default: return nil
        }
    }
}
