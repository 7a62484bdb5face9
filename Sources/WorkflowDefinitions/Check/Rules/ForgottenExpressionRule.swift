import CEL
import Diagnostics
import Values
import YAMLSyntax

/// Text that names a value in sight, without `${{ }}`: it stays text (WF3119).
enum ForgottenExpressionRule {
    private static let roots: Set<String> = ["input", "steps", "config", "secrets", "event", "error", "result", "instance"]

    static func applies(to scalar: YAMLScalar, in scope: Scope) -> Bool {
        let parts = scalar.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, roots.contains(parts[0]), parts.allSatisfy(Names.isIdentifier) else { return false }
        return names(parts, in: scope)
    }

    private static func names(_ parts: [String], in scope: Scope) -> Bool {
        if parts[0] == "steps" || parts[0] == "secrets" { return scope.variable("\(parts[0]).\(parts[1])") != nil }
        guard let variable = scope.variable(parts[0]) else { return false }
        guard case .record(let record) = variable.type.withoutNull else { return false }
        return record.field(parts[1]) != nil
    }
}
