import CEL
import Values
import WorkflowGraph

/// The variables of one place, by `ScopeLayout`. Made once, each slot set once: kept by reference by whoever may still
/// evaluate in it, a registered compensation for example.
final class Scope: SlotSource {
    let parent: Scope?
    private(set) var values: [Value]
    /// What only file scopes have.
    let file: FileFacts?

    /// How a file's scope came about, for evaluating its input again with secrets in it.
    struct FileFacts {
        let body: FileBody
        /// The expression in `with` and the scope it was evaluated in; nil for the workflow itself.
        let call: (input: ValueExpression, scope: Scope)?
        /// The input has a secret in it somewhere.
        let inputHasSecrets: Bool
    }

    init(parent: Scope?, values: [Value]) {
        self.parent = parent
        self.values = values
        file = nil
    }

    init(file: FileFacts, values: [Value]) {
        parent = nil
        self.values = values
        self.file = file
    }

    func set(_ index: Int, to value: Value) {
        values[index] = value
    }

    func value(ofSlot slot: Int) -> Value {
        guard let scope = ancestor(ScopeLayout.depth(of: slot)) else { return .null }
        let index = ScopeLayout.index(of: slot)
        return index < scope.values.count ? scope.values[index] : .null
    }

    private func ancestor(_ depth: Int) -> Scope? {
        var scope: Scope? = self
        for _ in 0..<depth { scope = scope?.parent }
        return scope
    }

    /// Whether a secret can be seen through one of these slots.
    func hasSecrets(in slots: [Int]) -> Bool {
        slots.contains { slot in
            guard let scope = ancestor(ScopeLayout.depth(of: slot)), let file = scope.file else { return false }
            let index = ScopeLayout.index(of: slot)
            return index >= ScopeLayout.firstSecret || index == ScopeLayout.input && file.inputHasSecrets
        }
    }

    /// What stands for a secret wherever its value must not be.
    static func placeholder(forSecret name: String) -> Value { .string("${{ secrets.\(name) }}") }
}

/// A scope in which secrets have their values: used to evaluate an action's input for one attempt, never stored.
struct RevealingScope: SlotSource {
    let scope: Scope
    let secrets: [String: String]

    func value(ofSlot slot: Int) -> Value {
        var owner: Scope? = scope
        for _ in 0..<ScopeLayout.depth(of: slot) { owner = owner?.parent }
        let index = ScopeLayout.index(of: slot)
        guard let owner else { return .null }
        guard let file = owner.file else { return index < owner.values.count ? owner.values[index] : .null }
        if index >= ScopeLayout.firstSecret {
            let position = index - ScopeLayout.firstSecret
            guard position < file.body.secrets.count else { return .null }
            return secrets[file.body.secrets[position]].map(Value.string) ?? .null
        }
        if index == ScopeLayout.input, file.inputHasSecrets, let call = file.call,
            // It was evaluated and admitted with placeholders before, so a failure can only come of the secret's value; the
            // placeholder then stands, and the attempt fails on the other side.
            let value = try? call.input.evaluate(RevealingScope(scope: call.scope, secrets: secrets)),
            case .success(let admitted) = file.body.input.admit(value)
        {
            return admitted
        }
        return index < owner.values.count ? owner.values[index] : .null
    }
}
