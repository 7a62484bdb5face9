package import Diagnostics
package import Schedules
package import Values
import WorkflowGraph
import YAMLSyntax

/// Every file that belongs together, as text.
package struct SourceSet: Sendable {
    /// Files of the definitions folder: definitions, `types.yaml`, mail templates (`emails/*.mustache`).
    package var definitions: [SourceFile]
    /// Files of `stdlib/`: signatures of built-in actions and composite actions.
    package var library: [SourceFile]
    /// The definitions folder as it begins the paths of `definitions`, for example `definitions`; empty when they are relative
    /// to it already. Nil: the files come from anywhere, and names need not equal paths.
    package var root: String?
    /// When it is: what is said about dates to come counts from here. Nil: nothing is said about them.
    package var asOf: Timestamp?
    /// Where time zones are looked up.
    package var timeZones: TimeZoneDatabase

    package init(
        definitions: [SourceFile], library: [SourceFile], root: String? = "definitions", asOf: Timestamp? = nil,
        timeZones: TimeZoneDatabase = .system()
    ) {
        self.definitions = definitions
        self.library = library
        self.root = root
        self.asOf = asOf
        self.timeZones = timeZones
    }

    /// The files of a stored definition.
    init(stored sources: [DefinitionSource]) {
        self.init(definitions: [], library: [], root: nil)
        for source in sources {
            let file = SourceFile(path: source.path, text: source.text)
            if source.path.utf8.starts(with: "stdlib/".utf8) { library.append(file) } else { definitions.append(file) }
        }
    }

    /// The path relative to the definitions folder.
    package func relativePath(_ file: SourceFile) -> String {
        guard let root, !root.isEmpty else { return file.path }
        let prefix = root.utf8.last == UInt8(ascii: "/") ? root : root + "/"
        guard file.path.utf8.starts(with: prefix.utf8) else { return file.path }
        return String(decoding: file.path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }
}

/// All files parsed, with their declarations typed and their names known to each other.
struct Project {
    /// One parsed file. It is handed to every rule and kept in several lists, so it is an object: its copies would be large.
    final class File {
        let definition: Definition
        let types: FileTypes
        /// Part of the standard library.
        let isLibrary: Bool
        let relativePath: String

        init(definition: Definition, types: FileTypes, isLibrary: Bool, relativePath: String) {
            self.definition = definition
            self.types = types
            self.isLibrary = isLibrary
            self.relativePath = relativePath
        }
    }

    struct SignatureFile {
        var signature: ActionSignature
        var root: YAMLNode
        var file: SourceFile
        var relativePath: String
    }

    /// Workflows and composite actions in the order of their paths.
    private(set) var files: [File] = []
    private(set) var builtins: [String: SignatureFile] = [:]
    private(set) var shared: SharedTypes?
    private(set) var sharedPath = "types.yaml"
    private(set) var names = ProjectNames()
    private(set) var diagnostics = DiagnosticCollector()
    /// Position in `files` of each composite action.
    private(set) var actionPositions: [String: Int] = [:]
    let asOf: Timestamp?
    let timeZones: TimeZoneDatabase
    /// Position in `files` of each workflow.
    private var workflowPositions: [String: Int] = [:]
    /// Of workflows that are not among the files: those of a stored definition.
    private var storedInterfaces: [String: WorkflowInterface] = [:]
    /// What authors of the project's own files have waived.
    private(set) var waivers: [Waiver] = []

    /// What the built-in actions may raise, in the order of their names and signatures.
    var knownErrors: [KnownError] {
        builtins.sorted { $0.key.precedesByCodePoint($1.key) }.flatMap { _, builtin in
            builtin.signature.errors.map { KnownError(pattern: ErrorPattern($0.pattern), isRetryable: $0.isRetryable) }
        }
    }

    init(_ sources: SourceSet) {
        asOf = sources.asOf
        timeZones = sources.timeZones
        var parsed: [(definition: Definition, isLibrary: Bool, path: String)] = []
        for file in sources.library {
            let path = file.path.utf8.starts(with: "stdlib/".utf8) ? file.path : "stdlib/" + file.path
            read(file, path: path, isLibrary: true, root: nil, into: &parsed)
        }
        for file in sources.definitions.sorted(by: { $0.path.precedesByCodePoint($1.path) }) {
            let path = sources.relativePath(file)
            read(file, path: path, isLibrary: false, root: sources.root, into: &parsed)
        }
        for (definition, isLibrary, path) in parsed { add(definition, isLibrary: isLibrary, path: path) }
    }

    private mutating func read(
        _ file: SourceFile, path: String, isLibrary: Bool, root: String?,
        into parsed: inout [(definition: Definition, isLibrary: Bool, path: String)]
    ) {
        guard !path.hasSuffix(".test.yaml") else { return }
        if !isLibrary, let name = MailTemplate.name(ofPath: path) {
            names.templates[name, default: MailTemplate(name: name)].add(file, path: path) { diagnostics.report($0) }
            return
        }
        let document = YAMLReader.readDocument(file)
        diagnostics.report(contentsOf: document.diagnostics)
        if !isLibrary { waivers += document.comments.compactMap { Waiver.read($0) { diagnostics.report($0) } } }
        guard let tree = document.root else { return }
        if isLibrary, SignatureParser.isSignature(tree) { return readSignature(tree, file, path) }
        if root == nil, WorkflowInterface.isPath(path) { return readInterface(tree, file) }
        var parser = DefinitionParser()
        if !isLibrary, path == "types.yaml" {
            shared = parser.sharedTypes(tree, file: file)
            sharedPath = path
        } else if let definition = parser.definition(tree, file: file) {
            parsed.append((definition, isLibrary, path))
            if !isLibrary, root != nil { PathNameRule.check(definition, path: path) { diagnostics.report($0) } }
        }
        diagnostics.report(contentsOf: parser.reading.diagnostics.sorted)
    }

    private mutating func readSignature(_ tree: YAMLNode, _ file: SourceFile, _ path: String) {
        var parser = SignatureParser()
        if let signature = parser.signature(tree) {
            builtins[signature.name] = SignatureFile(signature: signature, root: tree, file: file, relativePath: path)
            names.actions[signature.name] = signature
        }
        diagnostics.report(contentsOf: parser.reading.diagnostics.sorted)
    }

    private mutating func readInterface(_ tree: YAMLNode, _ file: SourceFile) {
        var parser = InterfaceParser()
        if let signature = parser.signature(tree, file: file) {
            names.interfaces[signature.name] = signature
            names.workflows.append(signature.name)
            storedInterfaces[signature.name] = WorkflowInterface(name: signature.name, stored: tree)
        }
        diagnostics.report(contentsOf: parser.reading.diagnostics.sorted)
    }

    private mutating func add(_ definition: Definition, isLibrary: Bool, path: String) {
        var typing = FileTyping()
        let types = typing.types(of: definition, shared: isLibrary ? nil : shared)
        diagnostics.report(contentsOf: typing.diagnostics.sorted)
        let name = definition.name.value
        if let first = firstRange(of: name, kind: definition.kind) {
            diagnostics.report(.definedTwice(definition.name, first: first))
        } else if definition.kind == .action {
            actionPositions[name] = files.count
            names.actions[name] = ActionSignature(
                name: name, range: definition.name.range, isBuiltin: false, input: types.input, returns: types.returns)
        } else {
            workflowPositions[name] = files.count
            names.workflows.append(name)
            names.interfaces[name] = .interface(of: definition, types)
        }
        files.append(File(definition: definition, types: types, isLibrary: isLibrary, relativePath: path))
    }

    /// What callers rely on of a workflow.
    func interface(of workflow: String) -> WorkflowInterface? {
        storedInterfaces[workflow] ?? workflowPositions[workflow].map { WorkflowInterface(of: files[$0], shared: shared) }
    }

    private func firstRange(of name: String, kind: Definition.Kind) -> SourceRange? {
        if kind == .action, let builtin = builtins[name] { return builtin.signature.range }
        let position = kind == .action ? actionPositions[name] : workflowPositions[name]
        return position.map { files[$0].definition.name.range }
    }
}
