import Values

/// `multipleOf`, `minimum` and their like: for numbers (Validation §6.2).
struct NumberRules: Sendable {
    var multipleOf: JSONNumber?
    var minimum: JSONNumber?
    var exclusiveMinimum: JSONNumber?
    var maximum: JSONNumber?
    var exclusiveMaximum: JSONNumber?

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun) -> Bool {
        guard let number = JSONNumber(value) else { return true }
        var isValid = true
        if let minimum, JSONNumber.isLess(number, minimum) {
            isValid = run.fail(schema, "minimum", "expected at least \(minimum.text), found \(number.text)")
        }
        if let exclusiveMinimum, !JSONNumber.isLess(exclusiveMinimum, number) {
            isValid = run.fail(schema, "exclusiveMinimum", "expected more than \(exclusiveMinimum.text), found \(number.text)")
        }
        if let maximum, JSONNumber.isLess(maximum, number) {
            isValid = run.fail(schema, "maximum", "expected at most \(maximum.text), found \(number.text)")
        }
        if let exclusiveMaximum, !JSONNumber.isLess(number, exclusiveMaximum) {
            isValid = run.fail(schema, "exclusiveMaximum", "expected less than \(exclusiveMaximum.text), found \(number.text)")
        }
        if let multipleOf, !number.isMultiple(of: multipleOf) {
            isValid = run.fail(schema, "multipleOf", "expected a multiple of \(multipleOf.text), found \(number.text)")
        }
        return isValid
    }
}

extension SchemaCompiler {
    mutating func numberRules(_ source: SchemaSource) -> NumberRules? {
        let rules = NumberRules(
            multipleOf: divisor(source), minimum: number("minimum", of: source),
            exclusiveMinimum: number("exclusiveMinimum", of: source), maximum: number("maximum", of: source),
            exclusiveMaximum: number("exclusiveMaximum", of: source))
        let bounds = [rules.multipleOf, rules.minimum, rules.exclusiveMinimum, rules.maximum, rules.exclusiveMaximum]
        return bounds.allSatisfy { $0 == nil } ? nil : rules
    }

    private mutating func divisor(_ source: SchemaSource) -> JSONNumber? {
        guard let divisor = number("multipleOf", of: source) else { return nil }
        if JSONNumber.isLess(.integer(0), divisor) { return divisor }
        reportInvalid("multipleOf", of: source, "must be greater than 0, found \(divisor.text)")
        return nil
    }
}
