/// SARIF 2.1.0, which code scanning services read.
///
/// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
package struct SARIFRenderer: DiagnosticRenderer {
    package var toolVersion: String

    package init(toolVersion: String) { self.toolVersion = toolVersion }

    package func render(_ diagnostics: [Diagnostic]) -> String {
        let codes = Set(diagnostics.map(\.code)).sorted()
        let run = JSONElement.object([
            ("tool", .object([("driver", driver(codes))])),
            ("columnKind", .string("unicodeCodePoints")),
            ("results", .array(diagnostics.map { result($0, ruleIndex: codes.firstIndex(of: $0.code) ?? 0) })),
        ])
        let document = JSONElement.object([
            ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            ("version", .string("2.1.0")),
            ("runs", .array([run])),
        ])
        return document.text() + "\n"
    }

    private func driver(_ codes: [DiagnosticCode]) -> JSONElement {
        .object([
            ("name", .string("wfrun")),
            ("version", .string(toolVersion)),
            ("rules", .array(codes.map { .object([("id", .string($0.description))]) })),
        ])
    }

    private func result(_ diagnostic: Diagnostic, ruleIndex: Int) -> JSONElement {
        let related = diagnostic.notes.enumerated().map { index, note in
            JSONElement.object([
                ("id", .number(index + 1)),
                ("message", message(note.message)),
                ("physicalLocation", place(note.range)),
            ])
        }
        let text = diagnostic.message + (diagnostic.help.map { ". Help: " + $0 } ?? "")
        return .object([
            ("ruleId", .string(diagnostic.code.description)),
            ("ruleIndex", .number(ruleIndex)),
            ("level", .string(level(of: diagnostic.severity))),
            ("message", message(text)),
            ("locations", .array([.object([("physicalLocation", place(diagnostic.range))])])),
            ("relatedLocations", related.isEmpty ? nil : .array(related)),
            ("fixes", diagnostic.fix.map { .array([fix($0)]) }),
        ])
    }

    private func fix(_ fix: Diagnostic.Fix) -> JSONElement {
        let replacement = JSONElement.object([
            ("deletedRegion", region(fix.range)),
            ("insertedContent", .object([("text", .string(fix.replacement))])),
        ])
        return .object([
            ("description", message(fix.title)),
            (
                "artifactChanges",
                .array([
                    .object([("artifactLocation", artifact(fix.range.file)), ("replacements", .array([replacement]))])
                ])
            ),
        ])
    }

    private func place(_ range: SourceRange) -> JSONElement {
        .object([("artifactLocation", artifact(range.file)), ("region", region(range))])
    }

    private func artifact(_ file: SourceFile) -> JSONElement { .object([("uri", .string(uri(file.path)))]) }

    private func region(_ range: SourceRange) -> JSONElement {
        let (start, end) = (range.start, range.end)
        return .object([
            ("startLine", .number(start.line)), ("startColumn", .number(start.column)),
            ("endLine", .number(end.line)), ("endColumn", .number(end.column)),
            ("byteOffset", .number(range.bytes.lowerBound)), ("byteLength", .number(range.bytes.count)),
        ])
    }

    private func message(_ text: String) -> JSONElement { .object([("text", .string(text))]) }

    private func level(of severity: Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .info: "note"
        }
    }

    /// RFC 3986: a relative path as a URI reference.
    private func uri(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: result += String(Unicode.Scalar(byte))
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                result += String(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
