import Diagnostics
import StandardLibrary
import Values
import WorkflowJournal

/// The texts that diagnostics of a server are about, under the names that the author knows them by.
struct SourceText {
    private let files: [String: SourceFile]

    /// - Parameter display: how a path below the definitions folder is shown.
    init(_ sources: [DefinitionRecord.Source], display: (String) -> String = { $0 }) {
        var files: [String: SourceFile] = [:]
        for file in StandardLibrary.files {
            files["stdlib/" + file.path] = SourceFile(path: "stdlib/" + file.path, bytes: file.bytes)
        }
        for source in sources where !source.path.hasPrefix("stdlib/") {
            files[source.path] = SourceFile(path: display(source.path), text: source.text)
        }
        self.files = files
    }

    /// As `JSONRenderer` wrote them; one about a text that is not here is left out.
    func diagnostics(_ values: [Value]) -> [Diagnostic] { values.compactMap(diagnostic) }

    private func diagnostic(_ value: Value) -> Diagnostic? {
        guard let code = value["code"]?.stringValue, code.hasPrefix("WF"), let number = Int(code.dropFirst(2)),
            let severity = value["severity"]?.stringValue.flatMap(Severity.init(rawValue:)),
            let message = value["message"]?.stringValue, let range = range(value)
        else { return nil }
        let notes = (value["related"]?.listValue ?? []).compactMap { note in
            self.range(note).map { Diagnostic.Note(range: $0, message: note["message"]?.stringValue ?? "") }
        }
        return Diagnostic(
            DiagnosticCode(number), severity, message, at: range, label: value["label"]?.stringValue, notes: notes,
            help: value["help"]?.stringValue)
    }

    private func range(_ value: Value) -> SourceRange? {
        guard let path = value["file"]?.stringValue, let file = files[path], let range = value["range"],
            let start = range["start"]?["byte"]?.intValue, let end = range["end"]?["byte"]?.intValue,
            start >= 0, start <= end, end <= Int64(file.bytes.count)
        else { return nil }
        return SourceRange(file: file, bytes: Int(start)..<Int(end))
    }
}
