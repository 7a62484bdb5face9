import Diagnostics

/// Which files of a project send which events, and which take them.
struct EventFlow {
    struct Use {
        /// Position in the project's files.
        var file: Int
        var event: Located<String>
    }

    struct TriggerUse {
        var use: Use
        /// A `where` decides whether an instance starts.
        var isFiltered: Bool
    }

    private(set) var emits: [Use] = []
    private(set) var waits: [Use] = []
    private(set) var triggers: [TriggerUse] = []
    /// By file: the composite actions it calls.
    private var callees: [[Int]] = []
    /// What a file sends, in itself or in an action it calls, by file.
    private(set) var sent: [[Use]] = []
    /// The triggers without a `where`, by event.
    private(set) var unfiltered: [String: [Use]] = [:]

    init(_ project: Project) {
        for (position, file) in project.files.enumerated() {
            var called: [Int] = []
            file.definition.forEachStep { step, _ in
                switch step.verb {
                case .emit(let event, _): emits.append(Use(file: position, event: event))
                case .wait(let wait): waits += wait.events.map { Use(file: position, event: $0) }
                case .call(let action, _): if let target = project.actionPositions[action.value] { called.append(target) }
                default: break
                }
            }
            callees.append(called)
            for trigger in file.definition.triggers {
                guard case .event(let names, let condition) = trigger.source else { continue }
                triggers += names.map { TriggerUse(use: Use(file: position, event: $0), isFiltered: condition != nil) }
            }
        }
        let own = Dictionary(grouping: emits, by: \.file)
        sent = callees.indices.map { file in own.isEmpty ? [] : reached(from: file).flatMap { own[$0] ?? [] } }
        unfiltered = Dictionary(grouping: triggers.filter { !$0.isFiltered }.map(\.use), by: \.event.value)
    }

    /// The file and the actions it calls, in the order of the files.
    private func reached(from file: Int) -> [Int] {
        var reached: Set<Int> = [file]
        var waiting = [file]
        while let next = waiting.popLast() {
            for callee in callees[next] where reached.insert(callee).inserted { waiting.append(callee) }
        }
        return reached.sorted()
    }
}
