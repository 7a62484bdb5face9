import Diagnostics

/// Workflows that start themselves, directly or through others, may go on for ever (WF2112).
enum InvokeCircleRule {
    private struct Start {
        /// Position of the started workflow's file.
        var file: Int
        var range: SourceRange
    }

    static func check(_ project: Project, report: (Diagnostic) -> Void) {
        var positions: [String: Int] = [:]
        for (position, file) in project.files.enumerated() where file.definition.kind == .workflow {
            if positions[file.definition.name.value] == nil { positions[file.definition.name.value] = position }
        }
        // A workflow starts what its actions start.
        let starts = project.files.map { self.starts($0.definition, positions, project.actionPositions) }
        let order = CallOrder(callees: starts.map { $0.map(\.file) })
        for circle in order.circles {
            guard let last = circle.last, let first = circle.first,
                let start = starts[last].first(where: { $0.file == first })
            else { continue }
            let workflows = circle.map { project.files[$0].definition }.filter { $0.kind == .workflow }.map(\.name.value)
            guard let name = workflows.first else { continue }
            report(.circularInvoke(workflows + [name], at: start.range))
        }
    }

    private static func starts(
        _ definition: Definition, _ workflows: [String: Int], _ actions: [String: Int]
    ) -> [Start] {
        var starts: [Start] = []
        definition.forEachStep { step, _ in
            switch step.verb {
            case .invoke(let name, _, _): workflows[name.value].map { starts.append(Start(file: $0, range: name.range)) }
            case .call(let name, _): actions[name.value].map { starts.append(Start(file: $0, range: name.range)) }
            default: break
            }
        }
        return starts
    }
}
