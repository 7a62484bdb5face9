/// Prints diagnostics; the order is the caller's, as `DiagnosticCollector.sorted` gives it.
package protocol DiagnosticRenderer {
    /// Ends with a newline unless there is nothing to print.
    func render(_ diagnostics: [Diagnostic]) -> String
}

/// The forms in which `wfrun validate --format` prints what it found.
package enum DiagnosticFormat: String, Sendable, CaseIterable {
    case text, short, json, sarif, github

    /// `toolVersion` is what SARIF says of the program that wrote it.
    package func renderer(isColored: Bool = false, toolVersion: String = "0") -> any DiagnosticRenderer {
        switch self {
        case .text: TextRenderer(isColored: isColored)
        case .short: ShortRenderer()
        case .json: JSONRenderer()
        case .sarif: SARIFRenderer(toolVersion: toolVersion)
        case .github: GitHubRenderer()
        }
    }
}

/// How many messages there are of each severity, in how many files.
package struct DiagnosticSummary: Sendable, Hashable, CustomStringConvertible {
    package var errors: Int
    package var warnings: Int
    package var infos: Int
    package var files: Int

    /// `files` is how many were looked at; nil counts those that have a message.
    package init(_ diagnostics: some Sequence<Diagnostic>, files: Int? = nil) {
        (errors, warnings, infos) = (0, 0, 0)
        var paths: Set<[UInt8]> = []
        for diagnostic in diagnostics {
            switch diagnostic.severity {
            case .error: errors += 1
            case .warning: warnings += 1
            case .info: infos += 1
            }
            paths.insert(Array(diagnostic.range.file.path.utf8))
        }
        self.files = files ?? paths.count
    }

    /// `2 errors, 1 warning in 3 files`, `no mistakes in 3 files`.
    package var description: String {
        let parts = [counted(errors, "error"), counted(warnings, "warning"), counted(infos, "note")]
            .filter { !$0.hasPrefix("0 ") }
        return (parts.isEmpty ? "no mistakes" : parts.joined(separator: ", ")) + " in " + counted(files, "file")
    }

    private func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
