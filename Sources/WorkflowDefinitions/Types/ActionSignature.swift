import CEL
import Diagnostics
import WorkflowGraph
import YAMLSyntax

/// What a step needs to know of an action to call it, or of a workflow to invoke it.
struct ActionSignature: Sendable {
    /// Where the value of an input goes, as far as that matters to the checker.
    enum Sink: String, Sendable {
        case uri, literal, command, environment
        /// The name of a mail template: it and `data` are replaced by what the template makes of `data`.
        case template
    }

    struct Traits: Sendable {
        var sink: Sink?
        /// A secret may stand there whatever the type.
        var allowsSecrets = false
    }

    /// A rule over which inputs stand together.
    struct Combination: Sendable {
        enum Kind: String, Sendable {
            case exactlyOne = "exactly_one", atLeastOne = "at_least_one", atMostOne = "at_most_one", needs
        }
        var kind: Kind
        var fields: [String]
    }

    struct RaisedError: Sendable {
        var pattern: String
        var isRetryable: Bool
    }

    /// Whether a call changes anything outside.
    enum Effect: Sendable {
        case none
        case always
        /// Not when the input is one of these texts; its default counts where it is left out.
        case unless(input: String, members: [String])
    }

    var name: String
    var range: SourceRange
    var isBuiltin: Bool
    var isWorkflow = false
    var input: DeclaredType
    var returns: DeclaredType?
    var traits: [String: Traits] = [:]
    var combinations: [Combination] = []
    var errors: [RaisedError] = []
    var effect = Effect.none
    /// The other side is told the idempotency key and can tell a second try from a second wish.
    var sendsIdempotencyKey = false
    /// Of the input; made once for built-in actions, whose calls all need it.
    var contract: ValueContract?

    func traits(of field: String) -> Traits { traits[field] ?? Traits() }
}

/// Reads `stdlib/builtin/*.yaml` (docs/builtin-signatures.md).
struct SignatureParser {
    var reading = NodeReading()

    static let keys = [
        "action", "description", "builtin", "types", "input", "combinations", "returns", "errors", "effect", "idempotency_key",
    ]

    static func isSignature(_ root: YAMLNode) -> Bool {
        guard case .mapping(let pairs) = root.content else { return false }
        return pairs.contains { $0.key.text == "builtin" }
    }

    mutating func signature(_ root: YAMLNode) -> ActionSignature? {
        guard let fields = reading.fields(root, of: "a signature", known: Self.keys, shape: "action: <name>"),
            let name = reading.string(fields["action"])
        else { return nil }
        let declared = fields["types"].map { reading.entries($0.value, of: "`types`", shape: "types: { Name: string }") } ?? []
        var table = TypeTable()
        var types = TypeParser(knownNames: Set(declared.map(\.name)))
        for entry in declared { table.define(entry.name, as: types.type(entry.node)) }
        var signature = ActionSignature(
            name: name.value, range: name.range, isBuiltin: true, input: DeclaredType(.record([]), table), returns: nil)
        readInput(fields["input"], into: &signature, &types)
        signature.returns = fields["returns"].map { DeclaredType(types.type($0.value), table) }
        signature.combinations = combinations(fields["combinations"])
        signature.errors = errors(fields["errors"])
        signature.effect = effect(fields["effect"])
        signature.sendsIdempotencyKey = fields["idempotency_key"]?.value.scalar?.text == "sent"
        for diagnostic in types.diagnostics.sorted { reading.report(diagnostic) }
        signature.contract = ContractMaking.contract(signature.input, isClosed: true).contract
        return signature
    }

    private mutating func readInput(_ pair: YAMLPair?, into signature: inout ActionSignature, _ types: inout TypeParser) {
        guard let pair else { return }
        var inputs: [TypeForm.Field] = []
        for entry in reading.entries(pair.value, of: "`input`", shape: "input: { name: string }") {
            var node = entry.node
            var traits = ActionSignature.Traits()
            if case .mapping = node.content {
                let known = ["type", "sink", "secrets", "description"]
                guard let long = reading.fields(node, of: "an input", known: known, shape: "{ type: string }"),
                    let type = long["type"]
                else { continue }
                node = type.value
                traits.sink = reading.string(long["sink"]).flatMap { ActionSignature.Sink(rawValue: $0.value) }
                traits.allowsSecrets = reading.boolean(long["secrets"])?.value ?? false
            }
            if case .scalar(let scalar) = node.content {
                let (form, defaultValue) = types.field(scalar)
                inputs.append(.init(name: entry.name, type: form, defaultValue: defaultValue))
            } else {
                inputs.append(.init(name: entry.name, type: types.type(node)))
            }
            signature.traits[entry.name] = traits
        }
        signature.input.form = .record(inputs)
    }

    private mutating func combinations(_ pair: YAMLPair?) -> [ActionSignature.Combination] {
        guard let pair, case .mapping(let pairs) = pair.value.content else { return [] }
        var result: [ActionSignature.Combination] = []
        for pair in pairs {
            guard let kind = ActionSignature.Combination.Kind(rawValue: pair.key.text) else { continue }
            switch pair.value.content {
            case .sequence(let groups):
                for group in groups {
                    guard case .sequence(let items) = group.content else { continue }
                    result.append(
                        .init(kind: kind, fields: items.compactMap { reading.string($0, as: "an input's name")?.value }))
                }
            case .mapping(let needs):
                for need in needs {
                    guard let other = reading.string(need.value, as: "an input's name") else { continue }
                    result.append(.init(kind: kind, fields: [need.key.text, other.value]))
                }
            case .scalar: continue
            }
        }
        return result
    }

    private func effect(_ pair: YAMLPair?) -> ActionSignature.Effect {
        guard let node = pair?.value else { return .none }
        if node.scalar?.text == "always" { return .always }
        guard case .mapping(let pairs) = node.content, let unless = pairs.first,
            case .mapping(let inner) = unless.value.content,
            let condition = inner.first, case .sequence(let items) = condition.value.content
        else { return .none }
        return .unless(input: condition.key.text, members: items.compactMap { $0.scalar?.text })
    }

    private mutating func errors(_ pair: YAMLPair?) -> [ActionSignature.RaisedError] {
        guard let pair else { return [] }
        return reading.list(pair.value, of: "`errors`", shape: "errors: []").compactMap { node in
            let known = ["code", "retryable", "data", "description"]
            guard let fields = reading.fields(node, of: "an error", known: known, shape: "{ code: http.404 }"),
                let code = reading.string(fields["code"])
            else { return nil }
            return .init(pattern: code.value, isRetryable: reading.boolean(fields["retryable"])?.value ?? false)
        }
    }
}
