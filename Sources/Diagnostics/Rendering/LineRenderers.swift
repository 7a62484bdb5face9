/// One line per message, as compilers print them and editors read them: `file:line:col: severity CODE message`.
package struct ShortRenderer: DiagnosticRenderer {
    package init() {}

    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map { diagnostic in
            let start = diagnostic.range.start
            let place = "\(DisplayText.escaped(diagnostic.range.file.path)):\(start.line):\(start.column)"
            return "\(place): \(diagnostic.severity.rawValue) \(diagnostic.code) \(DisplayText.escaped(diagnostic.message))\n"
        }.joined()
    }
}

/// Workflow commands of GitHub Actions, which appear as annotations in a pull request.
///
/// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
package struct GitHubRenderer: DiagnosticRenderer {
    package init() {}

    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map(command).joined()
    }

    private func command(_ diagnostic: Diagnostic) -> String {
        let (start, end) = (diagnostic.range.start, diagnostic.range.end)
        var properties = [("file", diagnostic.range.file.path), ("line", "\(start.line)"), ("endLine", "\(end.line)")]
        // GitHub ignores columns of annotations over several lines.
        if start.line == end.line {
            properties += [("col", "\(start.column)"), ("endColumn", "\(max(start.column, end.column - 1))")]
        }
        properties.append(("title", "\(diagnostic.code)"))
        let list = properties.map { "\($0.0)=\(escaped($0.1, isProperty: true))" }.joined(separator: ",")
        let message = diagnostic.message + (diagnostic.help.map { "\n" + $0 } ?? "")
        return "::\(name(of: diagnostic.severity)) \(list)::\(escaped(message, isProperty: false))\n"
    }

    private func name(of severity: Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .info: "notice"
        }
    }

    private func escaped(_ text: String, isProperty: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            case ":" where isProperty: result += "%3A"
            case "," where isProperty: result += "%2C"
            case _ where DisplayText.needsEscape(scalar): result += DisplayText.escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
