import CEL
import Values
import WorkflowGraph

/// Hosts written in a definition or its configuration, which the egress guard trusts further than hosts from data.
enum TrustedHosts {
    static func of(_ graph: StepGraph, config: Value) -> Set<String> {
        var hosts: Set<String> = []
        collect(config, into: &hosts)
        for node in graph.nodes {
            switch node.kind {
            case .action(let call): collect(call.input, into: &hosts)
            case .composite(let call): collect(call.input, into: &hosts)
            case .condition, .finally, .catching, .timeout, .foreach, .repeat, .retry, .shaped, .wait, .sleep, .bindings,
                .invoke,
                .emit, .group, .parallel, .choice, .fail, .raise, .return, .continueAsNew:
                break
            }
        }
        return hosts
    }

    private static func collect(_ expression: ValueExpression, into hosts: inout Set<String>) {
        switch expression {
        case .constant(let value): collect(value, into: &hosts)
        case .template(let parts), .uri(let parts):
            // What follows may still be part of the host, unless the text goes beyond it.
            if case .text(let text)? = parts.first, let host = host(ofURL: text, isComplete: parts.count == 1) {
                hosts.insert(host)
            }
        case .list(let items): for item in items { collect(item, into: &hosts) }
        // A mail.
        case .mustache: break
        case .map(let members): for member in members { collect(member.value, into: &hosts) }
        case .expression(let expression): if let constant = expression.constant { collect(constant, into: &hosts) }
        }
    }

    private static func collect(_ value: Value, into hosts: inout Set<String>) {
        switch value {
        case .string(let text): if let host = host(ofURL: text) { hosts.insert(host) }
        case .list(let items): for item in items { collect(item, into: &hosts) }
        case .map(let map): for item in map.values { collect(item, into: &hosts) }
        default: break
        }
    }

    /// The host of `scheme://[user@]host[:port][/…]`, lower case. Text that more may follow (`isComplete` false) must go
    /// on beyond the authority.
    static func host(ofURL text: String, isComplete: Bool = true) -> String? {
        guard let separator = text.firstRange(of: "://") else { return nil }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard isComplete || authority.endIndex < rest.endIndex else { return nil }
        var host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if host.first == "[" {
            host = host.dropFirst().prefix { $0 != "]" }
        } else {
            host = host.prefix { $0 != ":" }
        }
        return host.isEmpty ? nil : host.lowercased()
    }
}
