import Diagnostics
import Values
import YAMLSyntax

/// The declarations of one file, typed.
struct FileTypes: Sendable {
    struct Setting: Sendable {
        var name: String
        var type: DeclaredType
        var defaultValue: Value?
        var range: SourceRange
    }

    struct Event: Sendable {
        var name: String
        var payload: DeclaredType
        var range: SourceRange
    }

    /// Types of the file and of the project's `types.yaml`.
    var names = TypeTable()
    var input = DeclaredType(.record([]))
    var returns: DeclaredType?
    var events: [Event] = []
    var config: [Setting] = []

    func event(_ name: String) -> Event? { events.first { $0.name.hasSameCodePoints(as: name) } }

    /// The names that types written inside the file may use.
    var knownNames: Set<String> { Set(names.forms.keys) }
}

/// Types a file's declarations.
struct FileTyping {
    private(set) var diagnostics = DiagnosticCollector()

    mutating func types(of definition: Definition, shared: SharedTypes?) -> FileTypes {
        var types = FileTypes()
        types.names = table(own: definition.types, shared: shared?.types ?? [])
        var parser = TypeParser(knownNames: types.knownNames)
        if let input = definition.input { types.input = DeclaredType(inputForm(input, &parser), types.names) }
        types.returns = definition.returns.map { DeclaredType(parser.type($0.node), types.names) }
        types.events = events(own: definition.events, shared: shared?.events ?? [], names: types.names, &parser)
        types.config = definition.config.map { entry in
            setting(entry, names: types.names, &parser)
        }
        diagnostics.report(contentsOf: parser.diagnostics.sorted)
        return types
    }

    /// The file's own types hide the project's.
    private mutating func table(own: [Entry], shared: [Entry]) -> TypeTable {
        var entries: [String: Entry] = [:]
        for entry in shared + own { entries[entry.name] = entry }
        var table = TypeTable()
        var parser = TypeParser(knownNames: Set(entries.keys))
        for entry in shared + own where entries[entry.name]?.keyRange == entry.keyRange {
            table.define(entry.name, as: parser.type(entry.node))
        }
        diagnostics.report(contentsOf: parser.diagnostics.sorted)
        for entry in own where isCircular(entry.name, table) {
            diagnostics.report(.circularType(entry.name, at: entry.keyRange))
        }
        return table
    }

    private func isCircular(_ name: String, _ table: TypeTable) -> Bool {
        guard case .named = table.forms[name], case .invalid = table.form(of: name) else { return false }
        return true
    }

    private mutating func inputForm(_ entry: Entry, _ parser: inout TypeParser) -> TypeForm {
        guard case .scalar(let scalar) = entry.node.content else { return parser.type(entry.node) }
        // `input: Order` names a record; any other scalar can never be a map of fields.
        let form = parser.type(entry.node)
        switch form {
        case .named, .any, .object, .map, .invalid: return form
        default:
            diagnostics.report(
                .wrongKind(
                    "`input`", expected: "a map of fields", found: entry.node, shape: "input: { orderId: \(scalar.text) }"))
            return .invalid
        }
    }

    private func events(own: [Entry], shared: [Entry], names: TypeTable, _ parser: inout TypeParser) -> [FileTypes.Event] {
        let ownNames = Set(own.map(\.name))
        return (own + shared.filter { !ownNames.contains($0.name) }).map { entry in
            FileTypes.Event(name: entry.name, payload: DeclaredType(parser.type(entry.node), names), range: entry.keyRange)
        }
    }

    private func setting(_ entry: Entry, names: TypeTable, _ parser: inout TypeParser) -> FileTypes.Setting {
        var form: TypeForm
        var defaultValue: Value?
        if case .scalar(let scalar) = entry.node.content {
            (form, defaultValue) = parser.field(scalar)
        } else {
            form = parser.type(entry.node)
        }
        return FileTypes.Setting(
            name: entry.name, type: DeclaredType(form, names), defaultValue: defaultValue, range: entry.keyRange)
    }
}
