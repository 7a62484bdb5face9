import CEL
import Diagnostics

/// An expression that reads fields of, computes with or compares a value of which nothing is known, where declaring its type
/// would let it be checked (WF3118).
enum UntypedUseRule {
    /// Of `error` and `instance` nobody can declare a type.
    private static let declarable: Set<String> = ["input", "steps", "config", "event", "result", "previous"]

    /// - Returns: the value's path along with what to say of it.
    static func finding(in expression: CompiledExpression, at site: ExpressionSite) -> (path: String, diagnostic: Diagnostic)? {
        guard let range = expression.firstUseOfAny, let root = site.name(at: range.lowerBound, parts: 1),
            declarable.contains(root.name), let name = site.name(at: range.lowerBound, parts: 8)
        else { return nil }
        let path =
            name.range.upperBound <= range.upperBound
            ? name.name : String(decoding: Array(site.source.utf8)[range], as: UTF8.self)
        return (path, .untypedUse(path, root: root.name, at: site.range(range)))
    }
}
