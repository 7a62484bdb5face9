import CEL
import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

/// A verb's node with what the modifiers around it need to know.
struct LoweredVerb {
    var node: NodeIndex
    var type: StaticType
    var declared: DeclaredType?
    /// The parent of the scope in which `output` is evaluated: of a group the block of its body.
    var inside: Scope
    /// Of a `wait`: `event` as its `where` sees it.
    var event: Scope.Variable?
    /// The node has its own retry policy.
    var hasPolicy = false
    var labels = ValueLabels.written
}

extension FileLowering {
    mutating func verb(_ step: Step, in scope: Scope) -> LoweredVerb {
        var scope = scope
        let id = step.id.value
        switch step.verb {
        case .call(let action, let with): return call(step, action, with, in: scope)
        case .wait(let wait): return self.wait(step, wait, in: scope)
        case .sleep(let limit):
            let span = self.limit(limit, what: "`sleep`", &scope)
            return LoweredVerb(node: add(id, .sleep(span), step.range, .null), type: .null, inside: scope)
        case .bindings(let entries): return bindings(step, entries, in: scope)
        case .steps(let list):
            let body = block(list, .steps, owner: id, in: scope)
            let type: StaticType = body.neverEnds ? .never : .null
            return LoweredVerb(node: add(id, .group(body.index), step.range, type), type: type, inside: body.scope)
        case .choice(let list): return choice(step, list, in: scope)
        case .fail(let fail): return self.fail(step, fail, in: scope)
        case .raise(let node):
            let raised = value(node, .stored("`fail`"), &scope)
            checkRaised(raised, node)
            return LoweredVerb(node: add(id, .raise(raised.expression), step.range, .never), type: .never, inside: scope)
        case .return(let node):
            let returned = value(node, outputPlace, &scope)
            returnTypes.append(returned.type)
            outputLabels = outputLabels.joined(returned.labels)
            return LoweredVerb(node: add(id, .return(returned.expression), step.range, .never), type: .never, inside: scope)
        case .parallel(let list): return parallel(step, list, in: scope)
        case .invoke(let workflow, let with, let detach):
            return invoke(step, workflow, with, isDetached: detach?.value ?? false, in: scope)
        case .emit(let event, let data): return emit(step, event, data, in: scope)
        case .continueAsNew(let node):
            let input = value(node, newInputPlace, &scope).expression
            return LoweredVerb(node: add(id, .continueAsNew(input), step.range, .never), type: .never, inside: scope)
        case .invalid:
            isComplete = false
            return LoweredVerb(node: add(id, .bindings([]), step.range, .error), type: .error, inside: scope)
        }
    }

    var stepVariable: Scope.Variable {
        Scope.Variable(name: "step", type: SystemTypes.step, declared: nil, index: ScopeLayout.step)
    }

    // MARK: call

    private mutating func call(_ step: Step, _ action: Located<String>, _ with: Entry?, in scope: Scope) -> LoweredVerb {
        let id = step.id.value
        var call = scope.child([stepVariable])
        guard let signature = project.actions[action.value] else {
            let known = mayGuess() ? project.actionNames : []
            report(.unknownAction(action, known: known, isWorkflow: project.workflows.contains(action.value)))
            isComplete = false
            if let with { _ = value(with.node, .stored("`with`"), &call) }
            return LoweredVerb(node: add(id, .bindings([]), step.range, .error), type: .error, inside: scope)
        }
        let given = self.input(with, of: signature, action, &call)
        let input = given.expression
        let isAtMostOnce = step.modifiers.isAtMostOnce?.value ?? false
        let declared = signature.returns
        let type = declared?.staticType() ?? project.outputTypes[signature.name] ?? .any
        guard signature.isBuiltin else {
            let composite = Node.CompositeCall(file: callee(signature.name), input: input, isAtMostOnce: isAtMostOnce)
            let node = add(id, .composite(composite), step.range, type)
            hosts.arguments[Int(node.number)] = Dictionary(
                given.hosts.compactMap { sink in sink.path.first.map { ($0, sink.labels) } }, uniquingKeysWith: { $1 })
            let answer = ValueLabels.Origin.data("the answer of '\(id)'")
            let labels = project.outputLabels[signature.name] ?? ValueLabels(origins: [answer])
            return LoweredVerb(
                node: node, type: type, declared: declared, inside: scope, labels: labels.passing(given.labels, answer: answer))
        }
        if !builtins.contains(signature.name) { builtins.append(signature.name) }
        let node = Node.ActionCall(
            action: signature.name, input: input,
            contract: signature.contract ?? contract(signature.input, isClosed: true, at: nil),
            resultShape: declared?.shape ?? .any, policy: Self.policy(step.modifiers.retry), isAtMostOnce: isAtMostOnce)
        let index = add(id, .action(node), step.range, type)
        if !given.hosts.isEmpty { hosts.sinks[Int(index.number)] = given.hosts }
        return LoweredVerb(
            node: index, type: type, declared: declared, inside: scope, hasPolicy: true, labels: .data("the answer of '\(id)'"))
    }

    /// What a call passes.
    struct GivenInput {
        var expression: ValueExpression
        var labels = ValueLabels.written
        var hosts: [HostTrust.Sink] = []
    }

    /// `with` against the declared input of an action or workflow.
    mutating func input(
        _ with: Entry?, of signature: ActionSignature, _ action: Located<String>, _ scope: inout Scope
    ) -> GivenInput {
        guard let fields = signature.input.fields, with.map({ $0.node.isMapping }) ?? true else {
            guard let with else { return GivenInput(expression: .constant(.map(ValueMap()))) }
            var place = ValuePlace("`with`", expected: signature.input)
            place.mismatch = .callInput
            place.storesValue = signature.isWorkflow
            let given = value(with.node, place, &scope)
            // Which field of a whole that is passed on becomes the host is not known.
            let hosts = fieldsThatDecideHosts(signature).map { HostTrust.Sink(path: [$0], labels: given.labels.field($0)) }
            return GivenInput(expression: given.expression, labels: given.labels, hosts: hosts)
        }
        var pairs: [YAMLPair] = []
        if let with, case .mapping(let given) = with.node.content { pairs = given }
        for (field, _) in fields
        where !field.isOptional && !pairs.contains(where: { $0.key.text.hasSameCodePoints(as: field.name) }) {
            report(.missingInput(field.name, of: signature, at: with?.keyRange ?? action.range))
        }
        InputCombinationRule.check(signature, pairs, at: with?.keyRange ?? action.range) { report($0) }
        var members: [ValueExpression.Member] = []
        var template: Located<String>?
        var data: (value: LoweredValue, range: SourceRange)?
        var labels: [(String, ValueLabels)] = []
        var hosts: [HostTrust.Sink] = []
        for pair in pairs {
            guard let (field, type) = fields.first(where: { $0.field.name.hasSameCodePoints(as: pair.key.text) }) else {
                report(.unknownInput(pair.key, of: signature, known: fields.map(\.field.name)))
                continue
            }
            let traits = signature.traits(of: field.name)
            if traits.sink == .literal || traits.sink == .template {
                LiteralInputRule.check(pair, of: signature) { report($0) }
            }
            var place = ValuePlace("the input '\(field.name)'", expected: type)
            place.mismatch = .callInput
            place.allowsSecrets = traits.allowsSecrets || type.holdsSecrets
            place.storesValue = signature.isWorkflow
            place.leaksSecrets = !signature.isWorkflow
            place.isCode = traits.sink == .literal || traits.sink == .command
            place.showsSecrets = signature.isBuiltin && field.name == "query"
            let given = value(pair.value, place, &scope)
            if field.name == "data" { data = (given, pair.key.range) }
            if traits.sink == .template, case .constant(.string(let name)) = given.expression {
                template = Located(name, at: pair.value.range)
            }
            members.append(.init(name: field.name, value: given.expression))
            labels.append((field.name, given.labels))
            hosts += hostSinks(given, of: field.name, in: signature, type: type, at: pair.value.firstLine)
        }
        if let template {
            members.removeAll { $0.name == "data" || signature.traits(of: $0.name).sink == .template }
            members += mail(template, data: data)
        }
        return GivenInput(
            expression: ValueExpression.folded(members), labels: ValueLabels(fields: labels), hosts: hosts)
    }

    private func fieldsThatDecideHosts(_ signature: ActionSignature) -> [String] {
        let names =
            signature.isBuiltin
            ? signature.traits.filter { $0.value.sink == .uri }.map(\.key) : Array(project.hostParameters(of: signature.name))
        return names.sorted()
    }

    // MARK: wait

    private mutating func wait(_ step: Step, _ wait: Step.Wait, in scope: Scope) -> LoweredVerb {
        var payloads: [DeclaredType] = []
        for event in wait.events {
            guard let declared = types.event(event.value) else {
                report(.undeclaredEvent(event, known: types.events.map(\.name)))
                isComplete = false
                payloads.append(DeclaredType(.invalid))
                continue
            }
            payloads.append(declared.payload)
            uses(event: event.value)
        }
        let match = self.match(wait, payloads, in: scope)
        for event in wait.events { matchSets.insert(.init(event: event.value, paths: match.map(\.path))) }
        let event = Scope.Variable(
            name: "event", type: SystemTypes.event(wait.events, payloads), declared: SystemTypes.event(payloads),
            index: ScopeLayout.event, labels: .data("an event"))
        var condition: ValueExpression?
        if let entry = wait.condition {
            var eventScope = scope.child([event])
            condition = self.condition(entry, &eventScope).expression
        }
        let type =
            wait.isList ? SystemTypes.received(wait.events, payloads) : payloads.first?.staticType() ?? .error
        let node = Node.WaitStep(events: wait.events.map(\.value), match: match, where: condition, namesEvent: wait.isList)
        return LoweredVerb(
            node: add(step.id.value, .wait(node), step.range, type), type: type, declared: wait.isList ? nil : payloads.first,
            inside: scope, event: event, labels: .data("an event"))
    }

    private mutating func match(_ wait: Step.Wait, _ payloads: [DeclaredType], in scope: Scope) -> [Node.WaitStep.Match] {
        var call = scope.child([stepVariable])
        var match: [Node.WaitStep.Match] = []
        for entry in wait.match {
            var expected: DeclaredType?
            for (event, payload) in zip(wait.events, payloads) {
                if let type = MatchPathRule.type(of: entry, in: payload, event: event, report: { report($0) }) {
                    expected = type.required
                }
            }
            var place = ValuePlace("the value of '\(entry.name)'", expected: expected ?? .any)
            place.mismatch = .matchType
            place.storesValue = true
            match.append(.init(path: entry.name, value: value(entry.node, place, &call).expression))
        }
        return match.sorted { $0.path.precedesByCodePoint($1.path) }
    }

    mutating func uses(event: String) {
        if !usedEvents.contains(event) { usedEvents.append(event) }
    }

    // MARK: let, switch, parallel, fail

    private mutating func bindings(_ step: Step, _ entries: [Entry], in scope: Scope) -> LoweredVerb {
        var scope = scope
        var bindings: [Node.Binding] = []
        var fields: [(String, StaticType)] = []
        var labels: [(String, ValueLabels)] = []
        for entry in entries {
            let bound = value(entry.node, .stored("'\(entry.name)'"), &scope)
            labels.append((entry.name, bound.labels))
            bindings.append(Node.Binding(name: entry.name, value: bound.expression))
            fields.append((entry.name, bound.type))
        }
        let type = StaticType.record(fields)
        return LoweredVerb(
            node: add(step.id.value, .bindings(bindings), step.range, type), type: type, inside: scope,
            labels: ValueLabels(fields: labels))
    }

    /// The body of a `switch` is a block whose slots are its cases; their conditions stand in the scope of the `switch`.
    private mutating func choice(_ step: Step, _ list: StepList, in scope: Scope) -> LoweredVerb {
        var body = scope.child()
        // What later cases know: no earlier condition was true.
        var later = scope
        switchMembers[step.id.value] = SwitchRule.members(list) { subject in
            ExpressionCompiler.compile(subject, in: later.expressionScope(withSecrets: false)).expression?.type
        }
        var cases: [Node.Case] = []
        var results: [Scope.Variable] = []
        var type = StaticType.never
        var labels = ValueLabels.written
        for (position, item) in list.steps.enumerated() {
            levels.append(StepPlaces.level(list, .choice, position: position, owner: step.id.value))
            let lowered = self.step(item, in: later, isCase: true)
            levels.removeLast()
            cases.append(Node.Case(test: lowered.test, step: lowered.index))
            if var variable = lowered.variable(named: item.id.value, at: position) {
                variable.type = variable.type.orNull
                variable.declared = nil
                results.append(variable)
            }
            type = type.join(lowered.type)
            labels = labels.joined(lowered.labels)
            if let condition = lowered.condition { later.assume(condition, is: false) }
        }
        for variable in results { body.add(variable) }
        let isExhaustive = list.steps.last.map { $0.modifiers.condition == nil } ?? false
        if !isExhaustive { type = type.orNull }
        return LoweredVerb(
            node: add(step.id.value, .choice(cases), step.range, type), type: type, inside: body, labels: labels)
    }

    /// The body of a `parallel` is a block whose slots are its branches. No branch sees another; `output` sees them all.
    private mutating func parallel(_ step: Step, _ list: StepList, in scope: Scope) -> LoweredVerb {
        var body = scope.child()
        let branch = body
        var indices: [NodeIndex] = []
        var outputs: [Scope.Variable] = []
        var fields: [(String, StaticType)] = []
        var neverEnds = false
        for (position, item) in list.steps.enumerated() {
            levels.append(StepPlaces.level(list, .parallel, position: position, owner: step.id.value))
            let lowered = self.step(item, in: branch)
            levels.removeLast()
            indices.append(lowered.index)
            neverEnds = neverEnds || lowered.type == .never
            guard let variable = lowered.variable(named: item.id.value, at: position) else { continue }
            outputs.append(variable)
            fields.append((item.id.value, variable.type))
        }
        for variable in outputs { body.add(variable) }
        blocks.append(Block(steps: indices))
        let type: StaticType = neverEnds ? .never : .record(fields)
        let node = add(step.id.value, .parallel(BlockIndex(blocks.count - 1)), step.range, type)
        let labels = ValueLabels(fields: outputs.map { (String($0.name.dropFirst("steps.".count)), $0.labels) })
        return LoweredVerb(node: node, type: type, inside: body, labels: labels)
    }

    private mutating func fail(_ step: Step, _ fail: Step.Fail, in scope: Scope) -> LoweredVerb {
        var scope = scope
        var place = ValuePlace.stored("the message")
        place.expected = .string
        let message = value(fail.message, place, &scope)
        let data = fail.data.map { value($0, .stored("`data`"), &scope).expression }
        let node = Node.FailStep(code: fail.code.value, message: message.expression, data: data, isRetryable: fail.isRetryable)
        return LoweredVerb(node: add(step.id.value, .fail(node), step.range, .never), type: .never, inside: scope)
    }

    private mutating func checkRaised(_ raised: LoweredValue, _ node: YAMLNode) {
        let type = raised.type.withoutNull
        guard type != SystemTypes.error, !type.isDynamic else { return }
        report(.notAnError(raised.type, at: node.range))
    }
}

extension YAMLNode {
    var isMapping: Bool { if case .mapping = content { true } else { false } }
}
