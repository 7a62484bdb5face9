import Diagnostics
import YAMLSyntax

/// A `match` path leads to a declared field of the event's payload (WF5201).
enum MatchPathRule {
    /// The type of the field; nil when there is none, which is reported.
    static func type(
        of entry: Entry, in payload: DeclaredType, event: Located<String>, report: (Diagnostic) -> Void
    ) -> DeclaredType? {
        var type = payload
        if case .invalid = type.required.form { return nil }
        for part in entry.name.split(separator: ".", omittingEmptySubsequences: false) {
            guard let field = type.field(String(part)) else {
                let known = type.fields?.map(\.field.name) ?? []
                report(.unknownMatchPath(entry.name, part: String(part), event: event.value, known: known, at: entry.keyRange))
                return nil
            }
            type = field
        }
        return type
    }
}
