import Values

/// `+ - * / %` on values. Overflow is an error, never a wrap.
enum Arithmetic {
    static func apply(_ operation: BinaryOperator, _ a: Value, _ b: Value, _ run: Evaluation) throws(CallFailure) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)): return .int(try integers(operation, a, b))
        case (.uint(let a), .uint(let b)): return .uint(try integers(operation, a, b))
        case (.double(let a), .double(let b)):
            if let result = doubles(operation, a, b) { return .double(result) }
        case (.int(let a), .double(let b)) where run.isWorkflow:
            if let result = doubles(operation, Double(a), b) { return .double(result) }
        case (.double(let a), .int(let b)) where run.isWorkflow:
            if let result = doubles(operation, a, Double(b)) { return .double(result) }
        default:
            switch operation {
            case .add: if let sum = try add(a, b, run) { return sum }
            case .subtract: if let difference = try subtract(a, b) { return difference }
            default: break
            }
        }
        throw CallFailure("cannot compute \(a.kindName) \(operation.rawValue) \(b.kindName)")
    }

    static func negate(_ value: Value) throws(CallFailure) -> Value {
        switch value {
        case .int(let number):
            if number == .min { throw CallFailure("integer overflow") }
            return .int(-number)
        case .double(let number): return .double(-number)
        default: throw CallFailure("cannot negate \(value.kindPhrase)")
        }
    }

    private static func integers<T: FixedWidthInteger>(
        _ operation: BinaryOperator, _ a: T, _ b: T
    ) throws(CallFailure) -> T {
        if operation == .divide || operation == .remainder, b == 0 {
            throw CallFailure(operation == .divide ? "division by zero" : "modulus by zero")
        }
        let (result, overflow) =
            switch operation {
            case .add: a.addingReportingOverflow(b)
            case .subtract: a.subtractingReportingOverflow(b)
            case .multiply: a.multipliedReportingOverflow(by: b)
            case .divide: a.dividedReportingOverflow(by: b)
            default: a.remainderReportingOverflow(dividingBy: b)
            }
        if overflow { throw CallFailure("integer overflow") }
        return result
    }

    private static func doubles(_ operation: BinaryOperator, _ a: Double, _ b: Double) -> Double? {
        switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        default: nil
        }
    }

    private static func add(_ a: Value, _ b: Value, _ run: Evaluation) throws(CallFailure) -> Value? {
        switch (a, b) {
        case (.string(let a), .string(let b)):
            try run.admit(bytes: a.utf8.count + b.utf8.count)
            return .string(a + b)
        case (.bytes(let a), .bytes(let b)):
            try run.admit(bytes: a.count + b.count)
            return .bytes(a + b)
        case (.list(let a), .list(let b)):
            try run.charge(a.count + b.count)
            try run.admit(bytes: a.count + b.count)
            return .list(a + b)
        case (.timestamp(let instant), .duration(let span)), (.duration(let span), .timestamp(let instant)):
            guard let sum = instant.adding(span) else { throw CallFailure("timestamp out of range") }
            return .timestamp(sum)
        case (.duration(let a), .duration(let b)):
            guard let sum = a.adding(b) else { throw CallFailure("duration out of range") }
            return .duration(sum)
        default: return nil
        }
    }

    private static func subtract(_ a: Value, _ b: Value) throws(CallFailure) -> Value? {
        switch (a, b) {
        case (.timestamp(let a), .timestamp(let b)):
            // CEL's reference implementations count durations in 64 bits of nanoseconds, which the suite tests.
            let span = a.since(b)
            guard span.seconds.magnitude <= UInt64(Int64.max / 1_000_000_000) else {
                throw CallFailure("duration out of range")
            }
            return .duration(span)
        case (.timestamp(let instant), .duration(let span)):
            guard let difference = instant.adding(span.negated) else { throw CallFailure("timestamp out of range") }
            return .timestamp(difference)
        case (.duration(let a), .duration(let b)):
            guard let difference = a.adding(b.negated) else { throw CallFailure("duration out of range") }
            return .duration(difference)
        default: return nil
        }
    }
}
