import Diagnostics

/// A workflow that starts itself again over the events it sends (WF5206). A trigger with a `where` may end the loop.
enum EventLoopRule {
    static func check(_ project: Project, _ flow: EventFlow, report: (Diagnostic) -> Void) {
        let triggers = flow.triggers.filter { !$0.isFiltered }
        for file in project.files.indices where project.files[file].definition.kind == .workflow {
            for sent in flow.sent(by: file) {
                for trigger in triggers where trigger.use.event.value == sent.event.value {
                    guard let way = way(from: trigger.use.file, to: file, flow, triggers),
                        // Every workflow of the loop could tell of it; the first one does.
                        way.min() == file
                    else { continue }
                    let names = ([file] + way).map { project.files[$0].definition.name.value }
                    report(.eventLoop(sent.event, trigger: trigger.use.event.range, names: names))
                }
            }
        }
    }

    /// The workflows from one to another, both included; nil when no event leads there.
    private static func way(from start: Int, to end: Int, _ flow: EventFlow, _ triggers: [EventFlow.TriggerUse]) -> [Int]? {
        var cameFrom: [Int: Int] = [start: start]
        var waiting = [start][...]
        while let file = waiting.popFirst() {
            if file == end {
                var way = [file]
                while let last = way.last, let before = cameFrom[last], before != last { way.append(before) }
                return way.reversed()
            }
            let names = Set(flow.sent(by: file).map(\.event.value))
            for trigger in triggers where names.contains(trigger.use.event.value) && cameFrom[trigger.use.file] == nil {
                cameFrom[trigger.use.file] = file
                waiting.append(trigger.use.file)
            }
        }
        return nil
    }
}
