import Values

/// The lists extension. `sortBy`, `groupBy` and `toMap` are macros.
enum ListFunctions {
    static let all: [Overload] = parts + order + numbers

    private static let parts: [Overload] = [
        Overload("list(T).first() -> optional(T)") { arguments, _ in .optional(arguments[0].asList.first) },
        Overload("list(T).last() -> optional(T)") { arguments, _ in .optional(arguments[0].asList.last) },
        Overload("list(T).slice(int, int) -> list(T)") { arguments, run in
            let items = arguments[0].asList
            guard let start = Int(exactly: arguments[1].asInt), let end = Int(exactly: arguments[2].asInt),
                0 <= start, start <= end, end <= items.count
            else {
                throw CallFailure("slice(\(arguments[1].asInt), \(arguments[2].asInt)) is outside the list of \(items.count)")
            }
            try run.charge(end - start)
            return .list(Array(items[start..<end]))
        },
        Overload("list(list(T)).flatten() -> list(T)") { arguments, run in try flatten(arguments[0], 1, run) },
        Overload("list(dyn).flatten() -> list(dyn)") { arguments, run in try flatten(arguments[0], 1, run) },
        Overload("list(dyn).flatten(int) -> list(dyn)") { arguments, run in
            if arguments[1].asInt < 0 { throw CallFailure("flatten() takes a depth of 0 or more") }
            return try flatten(arguments[0], Int(clamping: arguments[1].asInt), run)
        },
        Overload("lists.range(int) -> list(int)") { arguments, run in
            let count = arguments[0].asInt
            guard count >= 0 else { throw CallFailure("lists.range() takes a count of 0 or more") }
            try run.charge(Int(clamping: count))
            try run.admit(bytes: Int(clamping: count))
            return .list((0..<count).map(Value.int))
        },
        Overload("list(T).distinct() -> list(T)", distinct),
    ]

    private static let order: [Overload] = [
        Overload("list(T).reverse() -> list(T)") { arguments, run in
            try run.charge(arguments[0].asList.count)
            return .list(arguments[0].asList.reversed())
        },
        Overload("list(T).sort() -> list(T)") { arguments, run in
            .list(try Sorting.sorted(arguments[0].asList, by: { $0 }, run))
        },
    ]

    private static let numbers: [Overload] = [
        Overload("list(T).min() -> T") { arguments, run in try extreme(arguments[0].asList, -1, "min", run) },
        Overload("list(T).max() -> T") { arguments, run in try extreme(arguments[0].asList, 1, "max", run) },
        Overload("list(T).sum() -> T") { arguments, run in
            guard var sum = arguments[0].asList.first else { return 0 }
            guard sum.isNumber || sum.typeName == "google.protobuf.Duration" else {
                throw CallFailure("sum() takes numbers or durations, found \(sum.kindPhrase)")
            }
            for item in arguments[0].asList.dropFirst() {
                try run.charge(1)
                sum = try Arithmetic.apply(.add, sum, item, run)
            }
            return sum
        },
    ]

    private static func extreme(_ items: [Value], _ sign: Int, _ name: String, _ run: Evaluation) throws -> Value {
        guard var best = items.first else { throw CallFailure("an empty list has no \(name)") }
        try run.charge(items.count)
        for item in items.dropFirst() {
            guard let order = Comparison.order(item, best) else {
                throw CallFailure("cannot order \(best.kindPhrase) and \(item.kindPhrase)")
            }
            if order * sign > 0 { best = item }
        }
        return best
    }

    private static func flatten(_ value: Value, _ depth: Int, _ run: Evaluation) throws -> Value {
        var result: [Value] = []
        func append(_ items: [Value], _ depth: Int) throws {
            for item in items {
                try run.charge(1)
                if depth > 0, case .list(let inner) = item { try append(inner, depth - 1) } else { result.append(item) }
            }
        }
        try append(value.asList, depth)
        return .list(result)
    }

    /// The first of equal elements stays. Quadratic, and charged as such: CEL's equality has no hash.
    private static let distinct: Overload.Body = { arguments, run in
        var result: [Value] = []
        for item in arguments[0].asList {
            if !(try Access.contains(item, .list(result), run)) { result.append(item) }
        }
        return .list(result)
    }
}
