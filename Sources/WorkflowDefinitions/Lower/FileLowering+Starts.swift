import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

// How instances of a workflow start, and how many may be active: triggers and `concurrency`.

extension FileLowering {
    mutating func triggers() -> [StepGraph.Trigger] {
        var triggers: [StepGraph.Trigger] = []
        var first: [String: SourceRange] = [:]
        for trigger in definition.triggers {
            let lowered = self.trigger(trigger)
            if let range = first[lowered.identity] {
                report(.sameTrigger(at: trigger.range, first: range))
            } else {
                first[lowered.identity] = trigger.range
            }
            triggers.append(lowered)
        }
        return triggers
    }

    private mutating func trigger(_ trigger: Trigger) -> StepGraph.Trigger {
        let config = configVariable(at: ScopeLayout.triggerConfig)
        switch trigger.source {
        case .cron(let pattern, let timezone, let catchup, let overlap):
            let schedule = Scope.Variable(
                name: "schedule", type: SystemTypes.schedule, declared: nil, index: ScopeLayout.triggerCause)
            var scope = Scope(file: [config, schedule])
            let cron = StepGraph.Trigger.Cron(
                pattern: pattern.value, timezone: timezone?.value ?? "UTC",
                catchUp: catchup.flatMap { .init(rawValue: $0.value) } ?? .last,
                overlap: overlap.flatMap { .init(rawValue: $0.value) } ?? .skip)
            return StepGraph.Trigger(source: .cron(cron), input: input(of: trigger, &scope))
        case .event(let names, let entry):
            var scope = Scope(file: [config, eventVariable(names)])
            let condition = entry.map { self.condition($0, &scope) }
            if let compiled = condition?.compiled { scope.assume(compiled, is: true) }
            return StepGraph.Trigger(
                source: .event(names: names.map(\.value), where: condition?.expression), input: input(of: trigger, &scope))
        }
    }

    private mutating func eventVariable(_ names: [Located<String>]) -> Scope.Variable {
        var payloads: [DeclaredType] = []
        for name in names {
            guard let event = types.event(name.value) else {
                // `EventDeclarationRule` reports it.
                isComplete = false
                payloads.append(DeclaredType(.invalid))
                continue
            }
            uses(event: name.value)
            payloads.append(event.payload)
        }
        return Scope.Variable(
            name: "event", type: SystemTypes.event(names, payloads), declared: SystemTypes.event(payloads),
            index: ScopeLayout.triggerCause, labels: .data("an event"))
    }

    private mutating func input(of trigger: Trigger, _ scope: inout Scope) -> ValueExpression {
        var place = ValuePlace.stored("the input of the trigger")
        place.expected = types.input
        place.mismatch = .triggerInput
        return trigger.input.map { value($0.node, place, &scope).expression } ?? leftOut(place, at: trigger.range)
    }

    mutating func concurrency(_ concurrency: Concurrency) -> StepGraph.Concurrency {
        var scope = Scope(file: [inputVariable])
        var place = ValuePlace.stored("`key` of `concurrency`")
        place.expected = .string
        return StepGraph.Concurrency(
            key: concurrency.key.map { value($0.node, place, &scope).expression }, limit: concurrency.limit?.value ?? 1,
            overflow: concurrency.overflow.flatMap { .init(rawValue: $0.value) } ?? .queue)
    }
}

extension Retention {
    /// By terminal status as it is stored.
    var spans: [String: TimeSpan] {
        var spans: [String: TimeSpan] = [:]
        if let all { for status in Keys.endings { spans[status] = all.value } }
        for (status, span) in byStatus { spans[status] = span.value }
        return spans
    }
}
