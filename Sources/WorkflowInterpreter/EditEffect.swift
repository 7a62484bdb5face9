package import Values
package import WorkflowGraph
package import WorkflowJournal

/// What another definition would mean for a live instance.
package enum EditEffect: Sendable, Equatable {
    /// Everything recorded is what the definition would have asked for. Completed steps that it would undo in another way, or
    /// not at all, are named by their keys.
    case continues(undoneOtherwise: [String])
    case diverges(Divergence)
    /// Never empty.
    case unfit([UnfitValue])

    /// - Parameters:
    ///   - old: the definition that the instance runs; nil when it cannot be loaded: then a result that it refused, too, counts
    ///     as one that fits no longer.
    ///   - comparesUndo: whether undos may have changed, which costs a second replay.
    ///   - now: when a run that has not begun would begin.
    package static func of(
        _ stored: StoredInstance, from old: StepGraph?, to new: StepGraph, comparesUndo: Bool = true, now: Timestamp
    ) -> EditEffect {
        let settings = UnfitValue.settings(stored.config, on: new)
        guard settings.isEmpty else { return .unfit(settings) }
        let header: InstanceHeader
        switch InstanceHeader.of(stored, on: new, config: stored.config, now: now) {
        case .success(let admitted): header = admitted
        case .failure(let violation): return .unfit([UnfitValue(.input, stored.input, new.main.input, violation)])
        }
        let hasBegun = stored.state.runStartedAt != nil
        var replayed = ReplayedRun(graph: new, header: header, rows: stored.steps, hasBegun: hasBegun)
        replayed.compare(stored.waits)
        if replayed.divergence == nil, replayed.refused.isEmpty, !comparesUndo { return .continues(undoneOtherwise: []) }
        let before = old.flatMap { old -> ReplayedRun? in
            guard case .success(let header) = InstanceHeader.of(stored, on: old, config: stored.config, now: now) else {
                return nil
            }
            return ReplayedRun(graph: old, header: header, rows: stored.steps, hasBegun: hasBegun)
        }
        let known = before?.refused.compactMap(\.key) ?? []
        let unfit = replayed.refused.filter { value in !known.contains { $0 == value.key } }
        if !unfit.isEmpty { return .unfit(unfit) }
        if let divergence = replayed.divergence { return .diverges(divergence) }
        return .continues(undoneOtherwise: before.map { undoneOtherwise($0.interpreter, replayed.interpreter) } ?? [])
    }

    private static func undoneOtherwise(_ old: Interpreter, _ new: Interpreter) -> [String] {
        func texts(_ interpreter: Interpreter) -> [String: String] {
            interpreter.standingUndos.mapValues { GraphText.text(of: $0, in: interpreter.graph) }
        }
        let (was, now) = (texts(old), texts(new))
        return Set(was.keys).union(now.keys).filter { was[$0] != now[$0] }.sorted { $0.precedesByCodePoint($1) }
    }
}

extension InstanceHeader {
    /// Of a stored instance, to be replayed on its own definition or another one. A run that has not begun begins now.
    package static func of(
        _ stored: StoredInstance, on graph: StepGraph, config: Value, now: Timestamp
    ) -> Result<InstanceHeader, ContractViolation> {
        graph.main.input.admit(stored.input).map { input in
            InstanceHeader(
                id: stored.claim.id, workflow: stored.workflow, continuations: stored.state.continuations, input: input,
                config: graph.typed(config: config), trigger: stored.trigger, run: stored.state.run,
                startedAt: stored.state.startedAt ?? now)
        }
    }
}

extension StepGraph {
    /// The snapshot with the kinds of its settings' types.
    package func typed(config: Value) -> Value {
        guard case .map(var map) = config else { return config }
        for setting in self.config {
            if let value = map[setting.name], case .success(let typed) = setting.contract.admit(value) {
                map[setting.name] = typed
            }
        }
        return .map(map)
    }
}
