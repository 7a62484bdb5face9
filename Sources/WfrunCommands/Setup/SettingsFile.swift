import Diagnostics
import Values
import WorkflowDefinitions
import YAMLSyntax

/// `wfrun.yaml`: what the operator of an installation decides. Unknown keys are errors.
struct SettingsFile: Sendable {
    var path: String
    /// Text of each scalar setting, by its dotted key.
    var texts: [String: String] = [:]
    var lists: [String: [String]] = [:]
    /// Workflow settings by name, each as written: numbers and booleans keep their kind.
    var config: [String: Value] = [:]
    /// How much each kind of mistake in definitions matters.
    var diagnostics = DiagnosticPolicy.standard

    static let scalarKeys = [
        "db", "definitions", "listen", "server", "behindProxy", "drain", "durability", "watch", "secrets.dir",
        "instances.retention", "events.retention", "schedules.catchupWindow",
        "actions.shell.enabled", "actions.shell.user", "actions.shell.allowRoot", "actions.email.outbox", "actions.email.from",
        "actions.email.sendmail",
    ]
    static let listKeys = ["hosts", "actions.http.allow", "actions.http.deny"]

    init(path: String) { self.path = path }

    /// - Throws: `CommandFailure` with every mistake of the file.
    static func read(_ path: String) throws(CommandFailure) -> SettingsFile {
        let bytes: [UInt8]
        do throws(Files.Failure) {
            bytes = try Files.read(path, limit: 1 << 20)
        } catch {
            throw CommandFailure(.failed, "The configuration file \(path) cannot be read: \(error.reason).")
        }
        return try parse(SourceFile(path: path, bytes: bytes))
    }

    static func parse(_ source: SourceFile) throws(CommandFailure) -> SettingsFile {
        let result = YAMLReader.read(source)
        var file = SettingsFile(path: source.path)
        var problems = result.diagnostics.filter { $0.severity == .error }.map { "\(place($0.range)): \($0.message)" }
        if problems.isEmpty, let root = result.root { file.take(root, prefix: "", problems: &problems) }
        guard problems.isEmpty else { throw CommandFailure(.failed, problems.joined(separator: "\n       ")) }
        return file
    }

    static func place(_ range: SourceRange) -> String {
        let start = range.start
        return "\(range.file.path):\(start.line):\(start.column)"
    }

    private mutating func take(_ node: YAMLNode, prefix: String, problems: inout [String]) {
        guard case .mapping(let pairs) = node.content else {
            problems.append("\(Self.place(node.range)): \(prefix.isEmpty ? "the file" : "'\(prefix)'") must be a mapping")
            return
        }
        for pair in pairs {
            let key = prefix.isEmpty ? pair.key.text : "\(prefix).\(pair.key.text)"
            if key == "config" {
                takeConfig(pair.value, problems: &problems)
            } else if key == "diagnostics" {
                takeDiagnostics(pair.value, problems: &problems)
            } else if Self.scalarKeys.contains(key) {
                if case .scalar(let scalar) = pair.value.content {
                    texts[key] = scalar.text
                } else {
                    problems.append("\(Self.place(pair.value.range)): '\(key)' takes one value")
                }
            } else if Self.listKeys.contains(key) {
                takeList(pair.value, key: key, problems: &problems)
            } else if (Self.scalarKeys + Self.listKeys).contains(where: { $0.hasPrefix(key + ".") }) {
                take(pair.value, prefix: key, problems: &problems)
            } else {
                let near = closestMatch(to: key, among: Self.scalarKeys + Self.listKeys + ["config", "diagnostics"])
                let hint = near.map { "; did you mean '\($0)'?" } ?? ""
                problems.append("\(Self.place(pair.key.range)): there is no setting '\(key)'\(hint)")
            }
        }
    }

    private mutating func takeList(_ node: YAMLNode, key: String, problems: inout [String]) {
        guard case .sequence(let items) = node.content else {
            problems.append("\(Self.place(node.range)): '\(key)' takes a list")
            return
        }
        lists[key] = items.compactMap { item in
            if case .scalar(let scalar) = item.content { scalar.text } else { nil }
        }
    }

    private mutating func takeConfig(_ node: YAMLNode, problems: inout [String]) {
        guard case .mapping(let pairs) = node.content else {
            problems.append("\(Self.place(node.range)): 'config' must be a mapping")
            return
        }
        for pair in pairs { config[pair.key.text] = Self.value(pair.value) }
    }

    /// What a node says by itself; the declared type of the setting decides later what a text is.
    private static func value(_ node: YAMLNode) -> Value {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.style == .plain else { return .string(scalar.text) }
            return plainValue(scalar.text)
        case .sequence(let items): return .list(items.map(value))
        case .mapping(let pairs): return .map(ValueMap(pairs.map { ($0.key.text, value($0.value)) }))
        }
    }

    /// A JSON scalar, or text.
    static func plainValue(_ text: String) -> Value {
        if text.isEmpty || text == "~" { return .null }
        guard let value = try? JSON.parse(text) else { return .string(text) }
        switch value {
        case .list, .map: return .string(text)
        default: return value
        }
    }
}
