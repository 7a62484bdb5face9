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
    var rules: [SchemaRule] = [] {
        didSet { tracksEvaluation = rules.contains { if case .unevaluated = $0 { true } else { false } } }
    }
    /// The schema `false`.
    var acceptsNothing = false

    /// Whether its own rules ask what others have looked at.
    private(set) var tracksEvaluation = false

    init(pointer: String, resource: Int) {
        self.pointer = pointer
        self.resource = resource
    }
}

/// The keywords of one family in one schema.
enum SchemaRule: Sendable {
    case reference(Shared<ReferenceRules>)
    case value(Shared<ValueRules>)
    case number(Shared<NumberRules>)
    case string(Shared<StringRules>)
    case array(Shared<ArrayRules>)
    case object(Shared<ObjectRules>)
    case combination(Shared<CombinationRules>)
    case unevaluated(Shared<UnevaluatedRules>)
}

/// A value that is passed on by reference: rules hold many parts, which checking would otherwise retain one by one.
final class Shared<Content: Sendable>: Sendable {
    let content: Content

    init(_ content: Content) { self.content = content }
}
