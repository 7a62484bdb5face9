package import Diagnostics

/// The steps of a graph by the form of their memo keys: language.md §9 without items, rounds and attempts
/// (`ship[]/reserve`, `poll#/status`, `charge.undo/refund`).
package struct StepForms: Sendable {
    package struct Step: Sendable {
        package let form: String
        package let nodes: StepNodes
    }

    /// In the order of the text; steps of an action stand behind the step that calls it.
    package let steps: [Step]
    private let positions: [String: Int]

    package init(_ graph: StepGraph) {
        var collection = StepCollection(graph: graph)
        collection.take(file: graph.main.root, below: "")
        steps = collection.steps
        positions = Dictionary(
            collection.steps.enumerated().map { ($0.element.form, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(_ form: String) -> Step? { positions[form].map { steps[$0] } }

    /// The step that a memo key is of, or the nearest one around it that there is.
    package func nearest(to form: String) -> Step? {
        var form = form[...]
        while true {
            if let found = self[String(form)] ?? self[String(form) + "[]"] ?? self[String(form) + "#"] { return found }
            guard let end = form.utf8.lastIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }) else {
                return nil
            }
            form = form[..<end]
        }
    }

    /// The form of a memo key; nil for one that was too long to be kept as it is.
    package static func form(of key: String) -> String? {
        if key.utf8.starts(with: "sha256:".utf8) { return nil }
        var form: [UInt8] = []
        var rest = Array(key.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "["):
                rest = rest.drop { $0 != UInt8(ascii: "]") }.dropFirst()
                form += [UInt8(ascii: "["), UInt8(ascii: "]")]
            case UInt8(ascii: "#"):
                rest = rest.drop { (0x30...0x39).contains($0) }
                form.append(byte)
            case UInt8(ascii: "~"): rest = rest.drop { (0x30...0x39).contains($0) }
            case UInt8(ascii: "!"): rest = []
            default: form.append(byte)
            }
        }
        return String(decoding: form, as: UTF8.self)
    }

    /// Whether a form is that of a step or of something inside it.
    package static func isInside(_ form: String, _ step: String) -> Bool {
        guard form.utf8.starts(with: step.utf8) else { return false }
        let next = form.utf8.dropFirst(step.utf8.count).first
        return next == nil || [UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "#")].contains(next)
    }
}

/// Walks bodies, handlers and called actions.
private struct StepCollection {
    let graph: StepGraph
    var steps: [StepForms.Step] = []

    mutating func take(file root: NodeIndex, below caller: String) {
        let nodes = StepNodes(root, in: graph)
        let prefix = caller.isEmpty ? "" : caller + "/"
        for step in graph.steps(inside: nodes.verb) { take(step, below: prefix) }
        takeHandlers(of: nodes, outer: prefix, inner: prefix)
    }

    private mutating func take(_ index: NodeIndex, below prefix: String) {
        let nodes = StepNodes(index, in: graph)
        let outer = prefix + graph[nodes.verb].id
        let inner = outer + nodes.loopMark
        steps.append(StepForms.Step(form: inner, nodes: nodes))
        if case .composite(let call) = graph[nodes.verb].kind {
            take(file: graph[call.file].root, below: inner)
        } else {
            for step in graph.steps(inside: nodes.verb) { take(step, below: inner + "/") }
        }
        takeHandlers(of: nodes, outer: outer, inner: inner)
    }

    /// `catch` and `finally` stand outside of loops, `undo` inside.
    private mutating func takeHandlers(of nodes: StepNodes, outer: String, inner: String) {
        for (number, clause) in nodes.clauses.enumerated() {
            take(clause.steps, below: "\(outer).catch\(number)/")
        }
        take(nodes.compensate, below: "\(inner).undo/")
        take(nodes.finally, below: "\(outer).finally/")
    }

    private mutating func take(_ block: BlockIndex?, below prefix: String) {
        guard let block else { return }
        for step in graph[block].steps { take(step, below: prefix) }
    }
}

extension StepNodes {
    /// What a loop adds to the keys of what it repeats.
    package var loopMark: String { isForeach ? "[]" : isRepeat ? "#" : "" }
}

extension StepGraph {
    /// Where the step's id stands, or the step where its id is not its first key.
    package func range(of step: StepForms.Step) -> SourceRange? { range(of: step.nodes) }

    package func range(of nodes: StepNodes) -> SourceRange? {
        guard let range = self[nodes.verb].range ?? self[nodes.outermost].range else { return nil }
        var rest = range.file.bytes[range.bytes]
        guard rest.starts(with: "id:".utf8) else { return range }
        rest = rest.dropFirst(3).drop { $0 == UInt8(ascii: " ") }
        let id = rest.prefix { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
        return id.isEmpty ? range : SourceRange(file: range.file, bytes: id.startIndex..<id.endIndex)
    }
}
