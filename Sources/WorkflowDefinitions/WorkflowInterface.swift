import Diagnostics
import Values
import YAMLSyntax

/// What others rely on of a workflow they invoke: its `input`, its `returns`, and the types those use. Part of the digest and of
/// the stored sources of every workflow that invokes it, as one document; the steps are not.
///
/// The document is JSON under a path no definition can have, so that a stored definition always has the same bytes.
struct WorkflowInterface {
    let name: String
    let document: Value

    static func path(_ name: String) -> String { "interfaces/\(name).json" }
    static func isPath(_ path: String) -> Bool {
        path.utf8.starts(with: "interfaces/".utf8) && path.hasSuffix(".json")
    }

    /// As it was stored.
    init(name: String, stored root: YAMLNode) {
        self.name = name
        document = root.canonicalValue
    }

    init(of file: Project.File, shared: SharedTypes?) {
        let definition = file.definition
        name = definition.name.value
        var document: ValueMap = ["interface": .string(name)]
        if let input = definition.input { document["input"] = input.node.canonicalValue }
        if let returns = definition.returns { document["returns"] = returns.node.canonicalValue }
        let types = Self.types(of: file, shared: shared)
        if !types.isEmpty { document["types"] = .map(ValueMap(types)) }
        self.document = .map(document)
    }

    /// The named types that the interface reaches; the file's own hide the project's.
    private static func types(of file: Project.File, shared: SharedTypes?) -> [(String, Value)] {
        let table = file.types.names
        let roots = [file.types.input.form] + (file.types.returns.map { [$0.form] } ?? [])
        let names = Set(roots.flatMap { table.reachable(from: $0) })
        let entries = (file.isLibrary ? [] : shared?.types ?? []) + file.definition.types
        var types: [String: Value] = [:]
        for entry in entries where names.contains(entry.name) { types[entry.name] = entry.node.canonicalValue }
        return types.sorted { $0.key.precedesByCodePoint($1.key) }
    }

    var source: DefinitionSource { DefinitionSource(path: Self.path(name), text: JSON.text(document)) }
}

extension DefinitionSource {
    /// What those who invoke a stored workflow rely on, as one of their own sources; nil when the texts have no such workflow.
    package static func interface(of workflow: String, in sources: [DefinitionSource]) -> DefinitionSource? {
        Project(SourceSet(stored: sources)).interface(of: workflow)?.source
    }
}

/// Reads the interfaces of a stored definition.
struct InterfaceParser {
    var reading = NodeReading()

    mutating func signature(_ root: YAMLNode, file: SourceFile) -> ActionSignature? {
        let known = ["interface", "input", "returns", "types"]
        guard let fields = reading.fields(root, of: "an interface", known: known, shape: "interface: <name>"),
            let name = reading.string(fields["interface"])
        else { return nil }
        var definition = Definition(kind: .workflow, name: name, file: file, root: root)
        definition.input = fields.entry("input")
        definition.returns = fields.entry("returns")
        definition.types = fields["types"].map { reading.entries($0.value, of: "`types`", shape: "types: {}") } ?? []
        var typing = FileTyping()
        let types = typing.types(of: definition, shared: nil)
        for diagnostic in typing.diagnostics.sorted { reading.report(diagnostic) }
        return .interface(of: definition, types)
    }
}

extension ActionSignature {
    /// Of a workflow, for those who invoke it.
    static func interface(of definition: Definition, _ types: FileTypes) -> ActionSignature {
        ActionSignature(
            name: definition.name.value, range: definition.name.range, isBuiltin: false, isWorkflow: true, input: types.input,
            returns: types.returns)
    }

    /// No part of its types has a mistake.
    var isSound: Bool {
        !input.names.contains(.invalid, in: input.form) && !(returns.map { $0.names.contains(.invalid, in: $0.form) } ?? false)
    }
}
