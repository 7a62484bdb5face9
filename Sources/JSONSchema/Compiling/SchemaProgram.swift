import Values

/// The place of a subschema in a program.
typealias SchemaIndex = Int

/// A compiled schema with everything it refers to, as an array of subschemas that name each other by index.
struct SchemaProgram: Sendable {
    var schemas: [Subschema] = []
    var root: SchemaIndex = 0
    /// Per resource: the subschemas with a `$dynamicAnchor`, by name.
    var dynamicAnchors: [[ExactText: SchemaIndex]] = []
}

/// One schema object, or `true` or `false`.
struct Subschema: Sendable {
    /// As messages show it.
    var pointer: String
    var resource: Int
    /// In the order of checking; those that look at what others have evaluated come last.
    var rules: [SchemaRule] = []
    /// The schema `false`.
    var acceptsNothing = false

    var tracksEvaluation: Bool {
        rules.contains { if case .unevaluated = $0 { true } else { false } }
    }
}

/// The keywords of one family in one schema.
enum SchemaRule: Sendable {
    case reference(ReferenceRules)
    case value(ValueRules)
    case number(NumberRules)
    case string(StringRules)
    case array(ArrayRules)
    case object(ObjectRules)
    case combination(CombinationRules)
    case unevaluated(UnevaluatedRules)
}
