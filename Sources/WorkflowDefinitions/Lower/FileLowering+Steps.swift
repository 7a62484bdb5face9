import CEL
import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

// A step: its verb, then its modifiers around it in the order of application (language.md §2), innermost first.

extension FileLowering {
    /// - Parameter isCase: `block` is then the scope of the `switch`, in which the case's `if` stands; the step itself stands
    ///   in a block inside it.
    mutating func step(_ step: Step, in block: Scope, isCase: Bool = false) -> LoweredStep {
        var scope = block
        let condition = step.modifiers.condition.map { self.condition($0, &scope) }
        ConstantConditionRule.check(step, condition) { report($0) }
        if let expression = condition?.compiled { scope.assume(expression, is: true) }
        if isCase { scope = scope.child() }

        var body = looped(step, in: scope)
        timeout(step, &body, in: &scope)
        catching(step, &body, in: scope)
        finally(step, &body, in: scope)
        let endsBody = body.type == .never
        if let condition, !isCase {
            body.type = body.type.orNull
            body.node = add(step.id.value, .condition(test: condition.expression, body: body.node), step.range, body.type)
        }
        return LoweredStep(
            index: body.node, type: body.type, declared: body.declared, labels: body.labels, test: condition?.expression,
            condition: condition?.compiled, endsBody: endsBody && !isCase)
    }

    // MARK: Modifiers

    /// `returns`, `output` and `compensate`.
    mutating func shape(_ step: Step, _ body: inout LoweredVerb, in scope: Scope) {
        let modifiers = step.modifiers
        guard modifiers.returns != nil || modifiers.output != nil || modifiers.compensate != nil else { return }
        var shaping = Node.Shaping(body: body.node, returns: nil, output: nil, compensate: nil)
        if let entry = modifiers.returns {
            let type = declaredType(entry.node)
            shaping.returns = contract(type, isClosed: false, at: entry.keyRange)
            body.type = type.staticType()
            body.declared = type
        }
        if let entry = modifiers.output {
            var result = body.inside.child([
                Scope.Variable(
                    name: "result", type: body.type, declared: body.declared, index: ScopeLayout.result, labels: body.labels)
            ])
            if var event = body.event {
                event.index = ScopeLayout.resultEvent
                result.add(event)
            }
            let output = value(entry.node, .stored("the output"), &result)
            shaping.output = output.expression
            if body.type != .never { body.type = output.type }
            body.declared = output.declared
            body.labels = output.labels
        }
        if let list = modifiers.compensate {
            var own = Scope.Variable(
                name: "steps.\(step.id.value)", type: body.type, declared: body.declared, index: ScopeLayout.ownOutput,
                labels: body.labels)
            if body.type == .never { own.type = .error }
            let undo = scope.child([SystemTypes.errorVariable(isNullable: false), own])
            shaping.compensate = block(list, .compensate, owner: step.id.value, in: undo).index
        }
        body.node = add(step.id.value, .shaped(shaping), step.range, body.type)
    }

    /// The retries of a leaf are in its own node.
    mutating func retry(_ step: Step, _ body: inout LoweredVerb) {
        guard let retry = step.modifiers.retry, !body.hasPolicy else { return }
        body.node = add(step.id.value, .retry(policy: Self.policy(retry), body: body.node), step.range, body.type)
    }

    static func policy(_ retry: Modifiers.Retry?) -> RetryPolicy {
        guard let retry else { return .once }
        var policy = RetryPolicy.once
        policy.attempts = retry.attempts?.value ?? 3
        policy.delay = retry.delay?.value ?? policy.delay
        policy.backoff = retry.backoff?.value ?? policy.backoff
        policy.maxDelay = max(retry.maxDelay?.value ?? policy.maxDelay, policy.delay)
        policy.hasJitter = retry.jitter?.value ?? true
        policy.errors = retry.errors.map { $0.map { ErrorPattern($0.value) } }
        policy.timeout = retry.timeout?.value
        return policy
    }

    private mutating func timeout(_ step: Step, _ body: inout LoweredVerb, in scope: inout Scope) {
        guard let timeout = step.modifiers.timeout else { return }
        let limit = self.limit(timeout.limit, what: "`timeout`", &scope)
        body.node = add(step.id.value, .timeout(limit: limit, body: body.node), step.range, body.type)
    }

    mutating func limit(_ limit: Step.Limit, what: String, _ scope: inout Scope) -> TimeLimit {
        switch limit {
        case .after(let node): .after(value(node, .deciding(what, expected: DeclaredType(.duration)), &scope).expression)
        case .until(let node): .until(value(node, .deciding(what, expected: DeclaredType(.timestamp)), &scope).expression)
        }
    }

    private mutating func catching(_ step: Step, _ body: inout LoweredVerb, in scope: Scope) {
        guard let list = step.modifiers.catches else { return }
        let caught = catching(
            list, around: body.node, of: body.type, owner: step.id.value, in: scope, place: .stored("the output"))
        body.labels = body.labels.joined(caught.labels)
        if caught.type != body.type { body.declared = nil }
        body.type = caught.type
        body.node = add(step.id.value, .catching(body: body.node, clauses: caught.clauses), step.range, body.type)
    }

    private mutating func finally(_ step: Step, _ body: inout LoweredVerb, in scope: Scope) {
        guard let list = step.modifiers.finally else { return }
        let cleanup = block(
            list, .finally, owner: step.id.value, in: scope.child([SystemTypes.errorVariable(isNullable: true)]))
        body.node = add(step.id.value, .finally(body: body.node, cleanup: cleanup.index), step.range, body.type)
    }

    /// The clauses, and the type of what they wrap or replace it by.
    mutating func catching(
        _ list: CatchList?, around body: NodeIndex, of type: StaticType, owner: String?, in scope: Scope, place: ValuePlace
    ) -> (clauses: [Node.CatchClause], type: StaticType, labels: ValueLabels) {
        var clauses: [Node.CatchClause] = []
        var labels = ValueLabels.written
        var type = type
        for clause in list?.clauses ?? [] {
            var caught = scope.child([SystemTypes.errorVariable(isNullable: false)])
            let test = clause.condition.map { condition($0, &caught) }
            if let compiled = test?.compiled { caught.assume(compiled, is: true) }
            var outputScope = caught
            var steps: LoweredBlock?
            if let list = clause.steps {
                let lowered = block(list, .catching, owner: owner, in: caught)
                outputScope = lowered.scope
                steps = lowered
            }
            let output = clause.output.map { value($0.node, place, &outputScope) }
            clauses.append(
                Node.CatchClause(
                    errors: clause.errors.map { ErrorPattern($0.value) }, test: test?.expression, steps: steps?.index,
                    output: output?.expression))
            if steps?.neverEnds != true {
                type = type.join(output?.type ?? .null)
                labels = labels.joined(output?.labels ?? .written)
            }
        }
        return (clauses, type, labels)
    }

    /// A type written at a step, which may use the names of the file.
    mutating func declaredType(_ node: YAMLNode) -> DeclaredType {
        var parser = TypeParser(knownNames: types.knownNames)
        let form = parser.type(node)
        for diagnostic in parser.diagnostics.sorted { report(diagnostic) }
        return DeclaredType(form, types.names)
    }
}
