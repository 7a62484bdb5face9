import Diagnostics
import Values
import WorkflowGraph

/// Every file of a project lowered, callees before callers; of the library only what the project calls.
struct ProjectLowering {
    /// By relative path.
    private(set) var files: [String: LoweredFile] = [:]
    /// Composite actions by name.
    private(set) var actions: [String: LoweredFile] = [:]
    private(set) var diagnostics: DiagnosticCollector

    /// - Parameters:
    ///   - includesLibrary: whether all of the library is lowered. It ships checked, and is most of what a small project would
    ///     wait for.
    ///   - wanted: positions of the files that are lowered, with what they call; nil: all.
    init(_ project: Project, includesLibrary: Bool = false, only wanted: Set<Int>? = nil) {
        var names = project.names
        diagnostics = project.diagnostics
        let calls = project.files.map { file in Self.calls(file.definition, project) }
        let starts = project.files.indices.filter { includesLibrary || !project.files[$0].isLibrary }
        let order = CallOrder(callees: calls.map { $0.map(\.file) }, from: starts)
        for circle in order.circles { reportCircle(circle, project, calls) }
        let needed = wanted.map { CallOrder(callees: calls.map { $0.map(\.file) }, from: $0.sorted()).order }.map(Set.init)
        for position in order.order where needed?.contains(position) ?? true {
            let file = project.files[position]
            var lowering = FileLowering(file.definition, types: file.types, project: names)
            var lowered = lowering.lower()
            if order.stuck.contains(position) { lowered.isComplete = false }
            lowered.hostParameters = lowered.hosts.parameters { node in
                guard case .composite(let call) = lowered.nodes[node].kind else { return [] }
                return names.hostParameters(of: lowered.callees[Int(call.file.number)])
            }
            // What may be better in the library is not its users' business.
            let found = lowered.diagnostics.sorted.filter { !file.isLibrary || $0.severity == .error }
            diagnostics.report(contentsOf: found)
            files[file.relativePath] = lowered
            if project.actionPositions[file.definition.name.value] == position {
                actions[file.definition.name.value] = lowered
                names.outputTypes[file.definition.name.value] = lowered.body.outputType
                names.outputLabels[file.definition.name.value] = lowered.outputLabels
                names.hostParameters[file.definition.name.value] = lowered.hostParameters
            }
        }
    }

    private struct Call {
        /// Position of the called file.
        var file: Int
        var range: SourceRange
    }

    private static func calls(_ definition: Definition, _ project: Project) -> [Call] {
        var calls: [Call] = []
        definition.forEachStep { step, _ in
            guard case .call(let action, _) = step.verb, let position = project.actionPositions[action.value] else { return }
            calls.append(Call(file: position, range: action.range))
        }
        return calls
    }

    private mutating func reportCircle(_ circle: [Int], _ project: Project, _ calls: [[Call]]) {
        guard let last = circle.last, let first = circle.first, let call = calls[last].first(where: { $0.file == first }) else {
            return
        }
        let names = (circle + [first]).map { project.files[$0].definition.name.value }
        diagnostics.report(.circularCall(names, at: call.range))
    }
}
