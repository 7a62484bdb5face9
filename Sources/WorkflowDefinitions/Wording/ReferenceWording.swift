import Diagnostics
import Values
import YAMLSyntax

// What authors are told about names: steps, variables, declarations, targets (WF21xx).

extension Diagnostic {
    /// - Parameter visible: the steps in sight; nil when they are not to be listed.
    static func unknownStep(_ id: String, guess: String?, visible: [String]?, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unknownStep, "there is no step '\(id)'", at: range, label: guess.map { "did you mean '\($0)'?" } ?? "unknown step",
            help: guess == nil ? visible.map(inSight) : nil)
    }

    private static func inSight(_ steps: [String]) -> String {
        if steps.isEmpty { return "no step has run before this place" }
        let limit = 20
        let more = steps.count > limit ? ", … (\(steps.count - limit) more)" : ""
        return "in sight here: \(steps.prefix(limit).joined(separator: ", "))\(more)"
    }

    static func usedInsideItself(_ id: String, target: SourceRange, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .usedBeforeRun, "the step '\(id)' has no output yet: it is still running here", at: range, label: "not known yet",
            notes: [Note(range: target, message: "this step")], help: "in its own `output` use 'result'")
    }

    static func usedBeforeRun(_ id: String, target: SourceRange, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .usedBeforeRun, "the step '\(id)' runs later than this place", at: range, label: "not run yet",
            notes: [Note(range: target, message: "runs here")], help: "move the step before this one")
    }

    static func insideOtherBody(_ id: String, owner: String?, target: SourceRange, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .insideOtherBody, "the step '\(id)' is inside another body and cannot be seen from here", at: range,
            label: "not in sight", notes: [Note(range: target, message: "declared here")],
            help: owner.map { "give '\($0)' an `output` that carries the value, and use steps.\($0)" }
                ?? "nothing leaks out of a body but its `output`")
    }

    static func siblingBranch(
        _ id: String, isCase: Bool, owner: String?, target: SourceRange, at range: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .siblingBranch,
            "the step '\(id)' is in another \(isCase ? "case of this switch" : "branch, which runs at the same time")",
            at: range, label: "not in sight", notes: [Note(range: target, message: "declared here")],
            help: isCase ? "only one case runs" : owner.map { "use steps.\($0) after '\($0)' has ended" })
    }

    static func variableOutOfPlace(_ name: String, belongs: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .outOfPlace, "'\(name)' is not in sight here", at: range, label: "not here",
            help: "'\(name)' is in sight \(belongs)")
    }

    static func hidesVariable(_ name: Located<String>) -> Diagnostic {
        Diagnostic(
            .shadowing, "'\(name.value)' hides the variable of that name", at: name.range, label: "taken",
            help: "choose another name with `as` or `index`")
    }

    static func hidesLoopVariable(_ name: Located<String>, of other: SourceRange) -> Diagnostic {
        Diagnostic(
            .shadowing, "'\(name.value)' hides the loop variable of that name", at: name.range, label: "the same name",
            notes: [Note(range: other, message: "bound here")],
            help: "name one of them: `foreach: { in: …, as: line }`")
    }

    static func unused(_ what: String, _ name: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(.unused, "\(what) '\(name)' is declared and never used", at: range, label: "never used", help: "remove it")
    }

    static func unusedOutput(_ id: Located<String>, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unused, "the output of '\(id.value)' is given a type and never used", at: range, label: "never used",
            notes: [Note(range: id.range, message: "this step")],
            help: "remove it, unless it is there to check what comes back")
    }

    static func unknownAction(_ action: Located<String>, known: [String], isWorkflow: Bool) -> Diagnostic {
        let guess = isWorkflow ? nil : closestMatch(to: action.value, among: known)
        return Diagnostic(
            .unknownTarget, "there is no action '\(action.value)'", at: action.range,
            label: isWorkflow ? "this is a workflow" : guess.map { "did you mean '\($0)'?" } ?? "unknown action",
            help: isWorkflow
                ? "workflows are started with `invoke`"
                : guess == nil && !known.isEmpty ? "known are \(known.joined(separator: ", "))" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: action.range, replacement: $0) })
    }

    static func unknownWorkflow(_ name: Located<String>, known: [String], isAction: Bool) -> Diagnostic {
        let guess = isAction ? nil : closestMatch(to: name.value, among: known)
        let list = known.sorted { $0.precedesByCodePoint($1) }.joined(separator: ", ")
        return Diagnostic(
            .unknownTarget, "there is no workflow '\(name.value)'", at: name.range,
            label: isAction ? "this is an action" : guess.map { "did you mean '\($0)'?" } ?? "unknown workflow",
            help: isAction ? "actions are run with `call`" : guess == nil && !list.isEmpty ? "known are \(list)" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: name.range, replacement: $0) })
    }

    static func missingInput(_ name: String, of signature: ActionSignature, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .callInput, "'\(signature.name)' needs the input '\(name)'", at: range, label: "'\(name)' is missing",
            notes: signature.isBuiltin
                ? []
                : [Note(range: signature.range, message: "declared by this \(signature.isWorkflow ? "workflow" : "action")")])
    }

    static func unknownInput(_ key: YAMLScalar, of signature: ActionSignature, known: [String]) -> Diagnostic {
        let guess = closestMatch(to: key.text, among: known)
        return Diagnostic(
            .callInput, "'\(signature.name)' has no input '\(key.text)'", at: key.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown input",
            help: guess != nil ? nil : known.isEmpty ? "it takes no input" : "its inputs are \(known.joined(separator: ", "))",
            fix: guess.map { Fix(title: "write '\($0)'", range: key.range, replacement: $0) })
    }

    static func undeclaredEvent(_ event: Located<String>, known: [String]) -> Diagnostic {
        let guess = closestMatch(to: event.value, among: known)
        return Diagnostic(
            .eventDeclaration, "the event '\(event.value)' is not declared", at: event.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "not declared",
            help: guess == nil ? "declare its payload: `events: { \(event.value): { orderId: string } }`" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: event.range, replacement: $0) })
    }

    static func twoShapes(ofEvent name: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .eventDeclaration, "the event '\(name)' has two different payloads in this project", at: range,
            label: "declared here",
            notes: [Note(range: first, message: "and differently here")], help: "declare it once, in types.yaml")
    }

    static func undeclaredSecret(_ name: String, known: [String], at range: SourceRange) -> Diagnostic {
        let guess = closestMatch(to: name, among: known)
        return Diagnostic(
            .undeclaredSetting, "the secret '\(name)' is not declared", at: range,
            label: guess.map { "did you mean '\($0)'?" } ?? "not declared",
            help: guess == nil ? "declare it: `secrets: [\(name)]`" : nil)
    }

    static func undeclaredConfig(_ name: String, known: [String], at range: SourceRange) -> Diagnostic {
        let guess = closestMatch(to: name, among: known)
        return Diagnostic(
            .undeclaredSetting, "the setting '\(name)' is not declared", at: range,
            label: guess.map { "did you mean '\($0)'?" } ?? "not declared",
            help: guess == nil ? "declare it: `config: { \(name): string }`" : nil)
    }

    static func twoTypes(ofSetting name: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .undeclaredSetting, "the setting '\(name)' has two different types in this project", at: range,
            label: "declared here",
            notes: [Note(range: first, message: "and differently here")],
            help: "settings are shared by all files: agree on one type")
    }
}
