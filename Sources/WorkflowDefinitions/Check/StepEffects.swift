import Values
import YAMLSyntax

/// What the calls of a project's files do outside, as far as it can be known from their text.
struct StepEffects {
    private let project: Project

    init(_ project: Project) { self.project = project }

    /// A step of its own changes something outside, not the steps inside it.
    /// - Parameter counts: which built-in actions matter.
    func hasEffect(_ step: Step, counting counts: (ActionSignature) -> Bool = { _ in true }) -> Bool {
        var visited: Set<String> = []
        return hasEffect(step, counts, &visited)
    }

    private func hasEffect(_ step: Step, _ counts: (ActionSignature) -> Bool, _ visited: inout Set<String>) -> Bool {
        switch step.verb {
        case .invoke: return true
        case .call(let action, let with):
            guard let signature = project.names.actions[action.value] else { return false }
            if signature.isBuiltin { return counts(signature) && Self.hasEffect(signature, with) }
            guard visited.insert(action.value).inserted, let position = project.actionPositions[action.value] else {
                return false
            }
            var found = false
            project.files[position].definition.forEachStep { inner, _ in
                if !found { found = hasEffect(inner, counts, &visited) }
            }
            return found
        default: return false
        }
    }

    private static func hasEffect(_ signature: ActionSignature, _ with: Entry?) -> Bool {
        switch signature.effect {
        case .none: return false
        case .always: return true
        case .unless(let input, let members):
            guard let given = with?.node.pair(input) else {
                guard let value = signature.input.fields?.first(where: { $0.field.name == input })?.field.defaultValue else {
                    return true
                }
                return !members.contains { $0 == value.stringValue }
            }
            return !members.contains { $0 == given.value.scalar?.text }
        }
    }

    /// The step, or one inside its body, may end with an error.
    func canFail(_ step: Step) -> Bool {
        switch step.verb {
        case .invoke, .fail, .raise, .wait: return true
        case .call(let action, _):
            guard let signature = project.names.actions[action.value] else { return true }
            return !signature.isBuiltin || !signature.errors.isEmpty
        case .steps(let list), .parallel(let list), .choice(let list): return list.steps.contains(where: canFail)
        default: return step.modifiers.timeout != nil
        }
    }
}
