import CEL
import Diagnostics
import WorkflowGraph
import YAMLSyntax

// Labels of values (`ValueLabels`), and what must not happen to secret ones and to hosts that come from data.

extension FileLowering {
    /// Of a compiled expression, with its pieces.
    func labels(of compiled: CompiledExpression, in scope: Scope) -> (ValueLabels, [LabelledPiece]) {
        let flow = compiled.flow
        let pieces = flow.pieces.map { piece -> LabelledPiece in
            switch piece {
            case .text(let text): return .text(text)
            case .value(let paths): return .value(self.labels(of: paths, in: scope))
            }
        }
        if flow.pieces.count == 1, flow.sources.count == 1, flow.reads == flow.sources, Self.isPath(compiled.source) {
            return (scope.labels(at: flow.reads[0]), pieces)
        }
        var labels = self.labels(of: flow.sources, in: scope).whole
        // What only decides is not in the value, but a secret shows in what it decides.
        for path in flow.reads {
            labels = labels.joined(ValueLabels(secrets: scope.labels(at: path).whole.secrets))
        }
        return (labels, pieces)
    }

    private func labels(of paths: [ReadPath], in scope: Scope) -> ValueLabels {
        paths.reduce(.written) { $0.joined(scope.labels(at: $1).whole) }
    }

    private static func isPath(_ source: String) -> Bool {
        source.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { Names.isIdentifier(String($0)) }
    }

    /// Reports a secret in a place that stores or shows it; what is left is no secret any more.
    mutating func refuseSecrets(
        _ labels: ValueLabels, _ type: StaticType, _ place: ValuePlace, at range: SourceRange
    ) -> ValueLabels {
        guard labels.isSecret || type.withoutNull == .secret else { return labels }
        let name = labels.whole.secrets.first ?? "value"
        if place.allowsSecrets {
            if place.showsSecrets { report(.secretInQuery(name, place, at: range)) }
            return labels
        }
        if place.leaksSecrets {
            report(.leakedSecret(name, place, at: range))
        } else if place.decides {
            report(.decidingSecret(name, place, at: range))
        } else if place.storesValue {
            report(.storedSecret(name, place, at: range))
        }
        return labels.withoutSecrets
    }

    // MARK: Hosts

    /// An input of a call that holds a URL: reports a host from data, and keeps who decides it for linking.
    mutating func hostSinks(
        _ value: LoweredValue, of field: String, in signature: ActionSignature, type: DeclaredType, at range: SourceRange
    ) -> [HostTrust.Sink] {
        let isSink =
            signature.isBuiltin
            ? signature.traits(of: field).sink == .uri : project.hostParameters(of: signature.name).contains(field)
        var sinks: [HostTrust.Sink] = []
        if isSink { sinks.append(HostTrust.Sink(path: [field], labels: value.pieces.hostLabels)) }
        // URLs inside an input, such as the token URL of `auth`.
        if signature.isBuiltin { sinks += Self.innerURLs(in: type, [field], value.labels.field) }
        for sink in sinks {
            if let origin = sink.labels.dataOrigin { report(.hostFromData(origin, at: range)) }
        }
        return sinks
    }

    private static func innerURLs(
        in type: DeclaredType, _ path: [String], _ labels: (String) -> ValueLabels
    ) -> [HostTrust.Sink] {
        guard path.count < 4, let fields = type.fields else { return [] }
        return fields.flatMap { field, type -> [HostTrust.Sink] in
            let inner = labels(field.name)
            if case .text(.uri) = type.required.form { return [HostTrust.Sink(path: path + [field.name], labels: inner.whole)] }
            return innerURLs(in: type, path + [field.name], inner.field)
        }
    }
}

extension Scope {
    func labels(at path: ReadPath) -> ValueLabels {
        let frame = frames.count - 1 - ScopeLayout.depth(of: path.slot)
        let index = ScopeLayout.index(of: path.slot)
        guard frames.indices.contains(frame), let variable = frames[frame].variables.last(where: { $0.index == index }) else {
            return .data("a value")
        }
        return variable.labels.at(path.fields)
    }
}
