import Diagnostics

/// Workflows that start themselves, directly or through others, may go on for ever (WF2112).
enum InvokeCircleRule {
    private struct Start {
        /// Position of the started workflow's file.
        var file: Int
        var range: SourceRange
        /// And not the call of an action.
        var isInvoke: Bool
    }

    static func check(_ project: Project, report: (Diagnostic) -> Void) {
        var positions: [String: Int] = [:]
        for (position, file) in project.files.enumerated() where file.definition.kind == .workflow {
            if positions[file.definition.name.value] == nil { positions[file.definition.name.value] = position }
        }
        // A workflow starts what its actions start.
        let starts = project.files.map { self.starts($0.definition, positions, project.actionPositions) }
        let order = CallOrder(callees: starts.map { $0.map(\.file) }, from: starts.indices)
        for circle in order.circles {
            guard let (turned, invoke) = turned(circle, starts) else { continue }
            let workflows = turned.map { project.files[$0].definition }.filter { $0.kind == .workflow }.map(\.name.value)
            guard let name = workflows.first else { continue }
            report(.circularInvoke(workflows + [name], at: invoke))
        }
    }

    /// The circle so that its last file invokes its first; nil where it has no `invoke`, which is a mistake of another kind.
    private static func turned(_ circle: [Int], _ starts: [[Start]]) -> (circle: [Int], invoke: SourceRange)? {
        for position in circle.indices.reversed() {
            let next = (position + 1) % circle.count
            let found = starts[circle[position]].first { $0.file == circle[next] && $0.isInvoke }
            if let found { return (Array(circle[next...] + circle[..<next]), found.range) }
        }
        return nil
    }

    private static func starts(
        _ definition: Definition, _ workflows: [String: Int], _ actions: [String: Int]
    ) -> [Start] {
        var starts: [Start] = []
        definition.forEachStep { step, _ in
            switch step.verb {
            case .invoke(let name, _, _):
                workflows[name.value].map { starts.append(Start(file: $0, range: name.range, isInvoke: true)) }
            case .call(let name, _):
                actions[name.value].map { starts.append(Start(file: $0, range: name.range, isInvoke: false)) }
            default: break
            }
        }
        return starts
    }
}
