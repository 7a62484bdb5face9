import CEL
import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

// What reaches other instances: `invoke`, `emit`, and the next run of this one.

extension FileLowering {
    mutating func invoke(
        _ step: Step, _ workflow: Located<String>, _ with: Entry?, isDetached: Bool, in scope: Scope
    ) -> LoweredVerb {
        let id = step.id.value
        var call = scope.child([stepVariable])
        guard let target = project.interfaces[workflow.value] else {
            // `CallTargetRule` reports it.
            isComplete = false
            if let with { _ = value(with.node, .stored("`with`"), &call) }
            return LoweredVerb(node: add(id, .bindings([]), step.range, .error), type: .error, inside: scope)
        }
        if !invoked.contains(workflow.value) { invoked.append(workflow.value) }
        let input = self.input(with, of: target, workflow, &call).expression
        let declared = isDetached ? SystemTypes.detached : target.returns
        let node = Node.InvokeStep(
            workflow: workflow.value, input: input, isDetached: isDetached,
            returns: isDetached ? nil : target.returns.map { contract($0, isClosed: false, at: nil) },
            policy: Self.policy(step.modifiers.retry))
        let type = declared?.staticType() ?? .any
        return LoweredVerb(
            node: add(id, .invoke(node), step.range, type), type: type, declared: declared, inside: scope, hasPolicy: true,
            labels: .data("the answer of '\(id)'"))
    }

    mutating func emit(_ step: Step, _ event: Located<String>, _ data: Entry?, in scope: Scope) -> LoweredVerb {
        var call = scope.child([stepVariable])
        var place = ValuePlace.stored("the data of '\(event.value)'")
        place.mismatch = .emittedData
        if let declared = types.event(event.value) {
            uses(event: event.value)
            place.expected = declared.payload
        } else {
            // `EventDeclarationRule` reports it.
            isComplete = false
        }
        let payload = data.map { value($0.node, place, &call).expression } ?? leftOut(place, at: event.range)
        let node = Node.EmitStep(event: event.value, data: payload)
        let type = SystemTypes.sent
        return LoweredVerb(node: add(step.id.value, .emit(node), step.range, type), type: type, inside: scope)
    }

    /// A value that the author did not write: no fields, where fields are expected, otherwise null.
    mutating func leftOut(_ place: ValuePlace, at range: SourceRange) -> ValueExpression {
        guard let expected = place.expected else { return .constant(.null) }
        if let fields = expected.fields {
            for (field, _) in fields where !field.isOptional { report(.missingMember(field.name, of: place, at: range)) }
            return .constant(.map(ValueMap()))
        }
        switch expected.required.form {
        case .object, .map: return .constant(.map(ValueMap()))
        default:
            if !StaticType.null.isAssignable(to: expected.staticType(asTarget: true)) {
                report(.leftOut(place, at: range))
            }
            return .constant(.null)
        }
    }

    /// Of `continue_as_new`: the value is the input of the next run.
    var newInputPlace: ValuePlace {
        var place = ValuePlace.stored("the new input")
        place.expected = types.input
        place.mismatch = .callInput
        return place
    }
}

extension SystemTypes {
    /// The output of a detached `invoke`.
    static let detached = DeclaredType(.record([TypeForm.Field(name: "instanceId", type: .text(.string))]))

    /// The output of `emit`.
    static let sent = StaticType.record([("id", .string)])
}
