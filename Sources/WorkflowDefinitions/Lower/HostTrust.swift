import WorkflowGraph

/// Whose word decides which host a call reaches, as far as one file knows: completed per call site when files are linked.
struct HostTrust: Sendable {
    /// An input of a built-in action that holds a URL.
    struct Sink: Sendable {
        /// From the input of the action inward.
        var path: [String]
        var labels: ValueLabels
    }

    /// By the number of the node in the file.
    var sinks: [Int: [Sink]] = [:]
    /// What calls of composite actions pass, by the number of the node in the file: the labels of each input as a host.
    var arguments: [Int: [String: ValueLabels]] = [:]

    /// The inputs of the file that decide a host, here or in what it calls.
    func parameters(_ callee: (Int) -> Set<String>) -> Set<String> {
        var found: Set<String> = []
        for sink in sinks.values.joined() { found.formUnion(sink.labels.parameters) }
        for (node, passed) in arguments {
            for name in callee(node) { found.formUnion(passed[name]?.parameters ?? []) }
        }
        return found
    }

    /// The paths of a call's URLs whose host an author or operator has written.
    func writtenHosts(of node: Int, untrusted: Set<String>) -> [[String]] {
        (sinks[node] ?? []).filter { !$0.labels.isUntrusted(where: untrusted) }.map(\.path)
    }

    /// The inputs that a call passes from data.
    func untrustedArguments(of node: Int, among parameters: Set<String>, untrusted: Set<String>) -> Set<String> {
        let passed = arguments[node] ?? [:]
        return parameters.filter { passed[$0]?.isUntrusted(where: untrusted) ?? false }
    }
}

extension ValueLabels {
    var parameters: Set<String> {
        Set(whole.origins.compactMap { if case .parameter(let name) = $0 { name } else { nil } })
    }

    /// From where, in words, when it is data.
    var dataOrigin: String? {
        whole.origins.lazy.compactMap { if case .data(let origin) = $0 { origin } else { nil } }.first
    }

    /// - Parameter parameters: those that callers pass from data.
    func isUntrusted(where parameters: Set<String>) -> Bool {
        dataOrigin != nil || !self.parameters.isDisjoint(with: parameters)
    }
}
