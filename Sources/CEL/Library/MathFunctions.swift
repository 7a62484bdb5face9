import Values

/// The math extension.
enum MathFunctions {
    static let all: [Overload] = extremes + rounding + classification + bits

    private static let extremes: [Overload] = [
        Overload("math.greatest(list(N)) -> N") { arguments, run in try extreme(arguments[0].asList, 1, run) },
        Overload("math.greatest(N...) -> N") { arguments, run in try extreme(arguments, 1, run) },
        Overload("math.least(list(N)) -> N") { arguments, run in try extreme(arguments[0].asList, -1, run) },
        Overload("math.least(N...) -> N") { arguments, run in try extreme(arguments, -1, run) },
    ]

    private static func extreme(_ values: [Value], _ sign: Int, _ run: Evaluation) throws -> Value {
        guard var best = values.first else { throw CallFailure("an empty list has no extreme") }
        try run.charge(values.count)
        for value in values {
            guard value.isNumber else { throw CallFailure("expected numbers, found \(value.kindPhrase)") }
            if let order = Comparison.order(value, best), order * sign > 0 { best = value }
        }
        return best
    }

    private static let rounding: [Overload] = [
        Overload("math.ceil(double) -> double") { arguments, _ in .double(arguments[0].asDouble.rounded(.up)) },
        Overload("math.floor(double) -> double") { arguments, _ in .double(arguments[0].asDouble.rounded(.down)) },
        Overload("math.round(double) -> double") { arguments, _ in
            .double(arguments[0].asDouble.rounded(.toNearestOrAwayFromZero))
        },
        Overload("math.trunc(double) -> double") { arguments, _ in .double(arguments[0].asDouble.rounded(.towardZero)) },
        Overload("math.sqrt(double) -> double") { arguments, _ in .double(arguments[0].asDouble.squareRoot()) },
        Overload("math.sqrt(int) -> double") { arguments, _ in .double(Double(arguments[0].asInt).squareRoot()) },
        Overload("math.sqrt(uint) -> double") { arguments, _ in .double(Double(arguments[0].asUInt).squareRoot()) },
        Overload("math.abs(int) -> int") { arguments, _ in
            guard arguments[0].asInt != .min else { throw CallFailure("integer overflow") }
            return .int(abs(arguments[0].asInt))
        },
        Overload("math.abs(uint) -> uint") { arguments, _ in arguments[0] },
        Overload("math.abs(double) -> double") { arguments, _ in .double(arguments[0].asDouble.magnitude) },
        Overload("math.sign(int) -> int") { arguments, _ in .int(arguments[0].asInt.signum()) },
        Overload("math.sign(uint) -> uint") { arguments, _ in .uint(arguments[0].asUInt == 0 ? 0 : 1) },
        Overload("math.sign(double) -> double") { arguments, _ in
            let number = arguments[0].asDouble
            return .double(number.isNaN ? .nan : number > 0 ? 1 : number < 0 ? -1 : 0)
        },
    ]

    private static let classification: [Overload] = [
        Overload("math.isNaN(double) -> bool") { arguments, _ in .bool(arguments[0].asDouble.isNaN) },
        Overload("math.isInf(double) -> bool") { arguments, _ in .bool(arguments[0].asDouble.isInfinite) },
        Overload("math.isFinite(double) -> bool") { arguments, _ in .bool(arguments[0].asDouble.isFinite) },
    ]

    private static let bits: [Overload] = [
        Overload("math.bitAnd(int, int) -> int") { arguments, _ in .int(arguments[0].asInt & arguments[1].asInt) },
        Overload("math.bitAnd(uint, uint) -> uint") { arguments, _ in .uint(arguments[0].asUInt & arguments[1].asUInt) },
        Overload("math.bitOr(int, int) -> int") { arguments, _ in .int(arguments[0].asInt | arguments[1].asInt) },
        Overload("math.bitOr(uint, uint) -> uint") { arguments, _ in .uint(arguments[0].asUInt | arguments[1].asUInt) },
        Overload("math.bitXor(int, int) -> int") { arguments, _ in .int(arguments[0].asInt ^ arguments[1].asInt) },
        Overload("math.bitXor(uint, uint) -> uint") { arguments, _ in .uint(arguments[0].asUInt ^ arguments[1].asUInt) },
        Overload("math.bitNot(int) -> int") { arguments, _ in .int(~arguments[0].asInt) },
        Overload("math.bitNot(uint) -> uint") { arguments, _ in .uint(~arguments[0].asUInt) },
        Overload("math.bitShiftLeft(int, int) -> int") { arguments, _ in
            .int(Int64(bitPattern: try shift(UInt64(bitPattern: arguments[0].asInt), arguments[1]) { $0 << $1 }))
        },
        Overload("math.bitShiftLeft(uint, int) -> uint") { arguments, _ in
            .uint(try shift(arguments[0].asUInt, arguments[1]) { $0 << $1 })
        },
        Overload("math.bitShiftRight(int, int) -> int") { arguments, _ in
            .int(Int64(bitPattern: try shift(UInt64(bitPattern: arguments[0].asInt), arguments[1]) { $0 >> $1 }))
        },
        Overload("math.bitShiftRight(uint, int) -> uint") { arguments, _ in
            .uint(try shift(arguments[0].asUInt, arguments[1]) { $0 >> $1 })
        },
    ]

    /// Bits shifted out are gone, zeros come in, whatever the sign (the extension shifts logically).
    private static func shift(_ bits: UInt64, _ count: Value, _ operation: (UInt64, Int64) -> UInt64) throws -> UInt64 {
        if count.asInt < 0 { throw CallFailure("cannot shift by a negative number of bits") }
        return operation(bits, count.asInt)
    }
}
