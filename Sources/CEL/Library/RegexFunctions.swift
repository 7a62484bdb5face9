import LinearRegex
import Values

/// `matches` and the `regex` extension, on RE2: time linear in the text.
enum RegexFunctions {
    static let all: [Overload] = [
        Overload("string.matches(string) -> bool", matches),
        Overload("matches(string, string) -> bool", matches),
        Overload("regex.replace(string, string, string) -> string") { arguments, run in
            try replace(arguments, limit: nil, run)
        },
        Overload("regex.replace(string, string, string, int) -> string") { arguments, run in
            let limit = arguments[3].asInt
            return try replace(arguments, limit: limit < 0 ? nil : Int(limit), run)
        },
        Overload("regex.extract(string, string) -> optional(string)") { arguments, run in
            let expression = try compiled(arguments[1].asText, arguments[0].asText, run)
            try refuseSeveralGroups(expression, "regex.extract")
            guard let match = expression.firstMatch(in: arguments[0].asText) else { return .optional(nil) }
            return .optional(part(of: match).map(Value.string))
        },
        Overload("regex.extractAll(string, string) -> list(string)") { arguments, run in
            let expression = try compiled(arguments[1].asText, arguments[0].asText, run)
            try refuseSeveralGroups(expression, "regex.extractAll")
            let parts = expression.matches(in: arguments[0].asText).compactMap(part)
            try run.charge(parts.count)
            return .list(parts.map(Value.string))
        },
    ]

    /// Compiles once for all evaluations when the pattern is a constant; the planner calls this.
    static func prepared(_ pattern: String) throws -> Overload.Body {
        let expression = try compile(pattern)
        return { arguments, run in
            try run.charge(bytes: arguments[0].asText.utf8.count)
            return .bool(expression.matches(arguments[0].asText))
        }
    }

    private static let matches: Overload.Body = { arguments, run in
        .bool(try compiled(arguments[1].asText, arguments[0].asText, run).matches(arguments[0].asText))
    }

    private static func compiled(_ pattern: String, _ text: String, _ run: Evaluation) throws -> LinearRegularExpression {
        // Compiling is far more work than reading the pattern.
        try run.charge(20 + pattern.utf8.count)
        try run.charge(bytes: text.utf8.count)
        return try compile(pattern)
    }

    static func compile(_ pattern: String) throws(CallFailure) -> LinearRegularExpression {
        do { return try LinearRegularExpression(pattern) } catch { throw CallFailure("bad pattern: \(error)") }
    }

    private static func replace(_ arguments: [Value], limit: Int?, _ run: Evaluation) throws -> Value {
        let expression = try compiled(arguments[1].asText, arguments[0].asText, run)
        do {
            let replaced = try expression.replacing(in: arguments[0].asText, with: arguments[2].asText, limit: limit)
            try run.admit(bytes: replaced.utf8.count)
            return .string(replaced)
        } catch let error as LinearRegularExpression.ReplacementError {
            throw CallFailure("bad replacement: \(error)")
        }
    }

    private static func refuseSeveralGroups(_ expression: LinearRegularExpression, _ function: String) throws(CallFailure) {
        if expression.groupCount > 1 { throw CallFailure("\(function)() takes a pattern with at most one group") }
    }

    /// The group, if there is one, else all of the match.
    private static func part(of match: LinearRegularExpression.Match) -> String? {
        match.groups.count > 1 ? match.groups[1]?.text : match.text
    }
}
