/// Messages for programs, in a form of their own (`docs/diagnostics.schema.json`).
///
/// Lines and columns count from 1, columns in code points; `byte` counts from the start of the file, `utf16` from the start
/// of the line, both from 0. A range ends before its `end`.
package struct JSONRenderer: DiagnosticRenderer {
    /// Goes up when a member changes its meaning or disappears.
    static let version = 1

    package init() {}

    package func render(_ diagnostics: [Diagnostic]) -> String {
        let summary = DiagnosticSummary(diagnostics)
        let document = JSONElement.object([
            ("version", .number(Self.version)),
            ("diagnostics", .array(diagnostics.map(element))),
            (
                "summary",
                .object([
                    ("errors", .number(summary.errors)), ("warnings", .number(summary.warnings)),
                    ("infos", .number(summary.infos)),
                ])
            ),
        ])
        return document.text() + "\n"
    }

    private func element(_ diagnostic: Diagnostic) -> JSONElement {
        .object([
            ("code", .string(diagnostic.code.description)),
            ("severity", .string(diagnostic.severity.rawValue)),
            ("message", .string(diagnostic.message)),
            ("file", .string(diagnostic.range.file.path)),
            ("range", element(diagnostic.range)),
            ("label", .optional(diagnostic.label)),
            (
                "related",
                .array(
                    diagnostic.notes.map { note in
                        .object([
                            ("file", .string(note.range.file.path)), ("range", element(note.range)),
                            ("message", .string(note.message)),
                        ])
                    })
            ),
            ("help", .optional(diagnostic.help)),
            ("fix", diagnostic.fix.map(element)),
        ])
    }

    private func element(_ fix: Diagnostic.Fix) -> JSONElement {
        .object([
            ("title", .string(fix.title)), ("file", .string(fix.range.file.path)), ("range", element(fix.range)),
            ("replacement", .string(fix.replacement)),
        ])
    }

    private func element(_ range: SourceRange) -> JSONElement {
        .object([("start", element(range.start)), ("end", element(range.end))])
    }

    private func element(_ location: SourceLocation) -> JSONElement {
        .object([
            ("line", .number(location.line)), ("column", .number(location.column)), ("byte", .number(location.byte)),
            ("utf16", .number(location.utf16)),
        ])
    }
}
