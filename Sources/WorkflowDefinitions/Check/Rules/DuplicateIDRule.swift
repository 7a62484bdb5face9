import Diagnostics

/// Ids are unique in a file, across nested lists (WF1109).
enum DuplicateIDRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        var first: [String: SourceRange] = [:]
        subject.definition.forEachStep { step, _ in
            let id = step.id
            guard !id.value.isEmpty else { return }
            if let range = first[id.value] {
                report(.duplicateID(id, first: range))
            } else {
                first[id.value] = id.range
            }
        }
    }
}
