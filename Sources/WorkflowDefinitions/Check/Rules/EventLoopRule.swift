import Diagnostics

/// A workflow that starts itself again over the events it sends (WF5206). A trigger with a `where` may end the loop.
enum EventLoopRule {
    static func check(_ project: Project, _ flow: EventFlow, report: (Diagnostic) -> Void) {
        guard !flow.unfiltered.isEmpty else { return }
        for file in project.files.indices where project.files[file].definition.kind == .workflow {
            for sent in flow.sent[file] {
                for trigger in flow.unfiltered[sent.event.value] ?? [] {
                    guard let way = way(from: trigger.file, to: file, flow),
                        // Every workflow of the loop could tell of it; the first one does.
                        way.min() == file
                    else { continue }
                    let names = ([file] + way).map { project.files[$0].definition.name.value }
                    report(.eventLoop(sent.event, trigger: trigger.event.range, names: names))
                }
            }
        }
    }

    /// The workflows from one to another, both included; nil when no event leads there.
    private static func way(from start: Int, to end: Int, _ flow: EventFlow) -> [Int]? {
        var cameFrom: [Int: Int] = [start: start]
        var waiting = [start][...]
        while let file = waiting.popFirst() {
            if file == end {
                var way = [file]
                while let last = way.last, let before = cameFrom[last], before != last { way.append(before) }
                return way.reversed()
            }
            for next in flow.sent[file].flatMap({ flow.unfiltered[$0.event.value] ?? [] }) where cameFrom[next.file] == nil {
                cameFrom[next.file] = file
                waiting.append(next.file)
            }
        }
        return nil
    }
}
