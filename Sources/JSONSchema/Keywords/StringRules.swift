import LinearRegex
import Values

/// `minLength`, `maxLength`, `pattern` (Validation §6.3) and `format` (§7).
struct StringRules: Sendable {
    var minLength: Int?
    var maxLength: Int?
    var pattern: LinearRegularExpression?
    var format: FormatRule?

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun) -> Bool {
        guard case .string(let text) = value, run.spend(text.utf8.count / 64) else { return run.exceeded == nil }
        var isValid = true
        if minLength != nil || maxLength != nil { isValid = checkLength(text, in: schema, &run) }
        if let pattern, !pattern.matches(text) {
            isValid = run.fail(schema, "pattern", "expected text matching \(pattern.pattern), found \(value.excerpt)")
        }
        if let format, !format.accepts(text) {
            isValid = run.fail(schema, "format", "expected \(format.description), found \(value.excerpt)")
        }
        return isValid
    }

    /// Lengths count code points (RFC 8259's characters), not graphemes.
    private func checkLength(_ text: String, in schema: Subschema, _ run: inout SchemaRun) -> Bool {
        let length = text.unicodeScalars.count
        var isValid = true
        if let minLength, length < minLength {
            isValid = run.fail(
                schema, "minLength", "expected at least \(Words.counted(minLength, "character")), found \(length)")
        }
        if let maxLength, length > maxLength {
            isValid = run.fail(
                schema, "maxLength", "expected at most \(Words.counted(maxLength, "character")), found \(length)")
        }
        return isValid
    }
}

extension SchemaCompiler {
    mutating func stringRules(_ source: SchemaSource) -> StringRules? {
        let rules = StringRules(
            minLength: count("minLength", of: source), maxLength: count("maxLength", of: source),
            pattern: text("pattern", of: source, vocabulary: .validation)
                .flatMap { expression($0, at: pointer(to: "pattern", of: source), keyword: "pattern") },
            format: format(source))
        let isEmpty = rules.minLength == nil && rules.maxLength == nil && rules.pattern == nil && rules.format == nil
        return isEmpty ? nil : rules
    }

    /// Compiles a pattern of ECMA-262; reports it if it cannot be used.
    mutating func expression(_ pattern: String, at pointer: String, keyword: String) -> LinearRegularExpression? {
        guard countPattern() else { return nil }
        do throws(RegexSyntaxError) {
            return try LinearRegularExpression(pattern, dialect: .ecma262)
        } catch {
            report(
                SchemaProblem(
                    error.kind == .syntax ? .badPattern : .unsupportedPattern, at: pointer, keyword: keyword,
                    message: "pattern '\(pattern)' cannot be used: \(error.message) (at byte \(error.offset))",
                    help: error.kind == .unsupported ? "patterns are matched in linear time; say it in several patterns" : nil))
            return nil
        }
    }

    /// The format's rule if formats are asserted for this schema.
    private mutating func format(_ source: SchemaSource) -> FormatRule? {
        let isAsserted = options.assertsFormats || source.vocabularies.contains(.formatAssertion)
        guard isAsserted || source.vocabularies.contains(.formatAnnotation),
            let name = text("format", of: source, vocabulary: [])
        else { return nil }
        if let accepts = options.additionalFormats[name] { return FormatRule(description: name, accepts: accepts) }
        if let format = StandardFormat(rawValue: name) { return isAsserted ? FormatRule(format) : nil }
        report(
            SchemaProblem(
                .unknownFormat, isError: false, at: pointer(to: "format", of: source), keyword: "format",
                message: "unknown format '\(name)', which accepts any text"))
        return nil
    }
}
