package import Diagnostics
import Values
import YAMLSyntax

/// What callers need to know of an action, read from its file: for `wfrun stdlib` and `docs/stdlib.md`.
package struct ActionReference: Sendable {
    package struct Input: Sendable {
        package var name: String
        /// As it is written, with `?` and default.
        package var type: String
        package var description: String
    }

    package struct Raised: Sendable {
        package var code: String
        package var isRetryable: Bool
        package var description: String
    }

    package let name: String
    package let description: String
    /// Written in Swift.
    package let isBuiltin: Bool
    package let inputs: [Input]
    package let returns: String
    package let errors: [Raised]
    package let file: SourceFile

    /// The actions of a library in the order of their names; a file that is none is left out.
    package static func all(in library: [SourceFile]) -> [ActionReference] {
        library.filter { !$0.path.hasSuffix(".test.yaml") }.compactMap(ActionReference.init)
            .sorted { $0.name.precedesByCodePoint($1.name) }
    }

    package init?(_ file: SourceFile) {
        guard let root = YAMLReader.read(file).0, let name = root["action"]?.text else { return nil }
        self.name = name
        self.file = file
        description = root["description"]?.text ?? ""
        isBuiltin = root["builtin"] != nil
        inputs = root["input"]?.pairs.map { Input($0, in: file) } ?? []
        returns = root["returns"]?.source ?? "any"
        errors =
            root["errors"]?.items.map { error in
                Raised(
                    code: error["code"]?.text ?? "", isRetryable: error["retryable"]?.text == "true",
                    description: error["description"]?.text ?? "")
            } ?? []
    }

    /// `http.get(url: uri, headers: map(secret)?, …) → any`
    package var signature: String {
        "\(name)(\(inputs.map { "\($0.name): \($0.type)" }.joined(separator: ", "))) → \(returns)"
    }

    // MARK: Texts

    /// One action as text for a terminal.
    package var text: String {
        var lines = [name, "  \(description)", ""]
        let width = inputs.map(\.name.count).max() ?? 0
        for input in inputs {
            let name = input.name + String(repeating: " ", count: width - input.name.count)
            lines.append("  \(name)  \(input.type)\(input.description.isEmpty ? "" : "  – \(input.description)")")
        }
        lines.append("  → \(returns)")
        if !errors.isEmpty { lines.append("") }
        for error in errors {
            lines.append("  \(error.code)\(error.isRetryable ? " (retryable)" : "")  \(error.description)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The list of all, one a line.
    package static func list(_ actions: [ActionReference]) -> String {
        let width = actions.map(\.name.count).max() ?? 0
        return actions.map { action in
            action.name + String(repeating: " ", count: width - action.name.count + 2) + action.description + "\n"
        }.joined()
    }

    /// The reference of all as Markdown: `docs/stdlib.md`.
    package static func markdown(_ actions: [ActionReference]) -> String {
        var text = """
            # Actions that come with wfrun

            Made from the files under `stdlib/` (`wfrun stdlib` shows the same). Built-in actions are the only side effects there \
            are; all others are written in the language itself and run inside the caller's instance.

            """
        for (title, isBuiltin) in [("Written in the language", false), ("Built in", true)] {
            text += "\n## \(title)\n"
            for action in actions where action.isBuiltin == isBuiltin { text += action.markdown }
        }
        return text
    }

    private var markdown: String {
        var text = "\n### \(name)\n\n\(description)\n\n"
        if !inputs.isEmpty {
            text += "| Input | Type | |\n|---|---|---|\n"
            for input in inputs {
                text += "| `\(input.name)` | `\(Self.cell(input.type))` | \(Self.cell(input.description)) |\n"
            }
            text += "\n"
        }
        text += "Returns `\(returns)`.\n"
        if !errors.isEmpty {
            let codes = errors.map { "`\($0.code)`\($0.isRetryable ? " (retryable)" : "")" }
            text += "\nErrors: \(codes.joined(separator: ", ")).\n"
        }
        return text
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

extension ActionReference.Input {
    /// A type, or `{ type, description, … }`; what a comment above says is the description too.
    fileprivate init(_ pair: YAMLPair, in file: SourceFile) {
        name = pair.key.text
        type = (pair.value["type"] ?? pair.value).source
        description = pair.value["description"]?.text ?? Self.comment(above: pair.key.range.start.line, in: file)
    }

    private static func comment(above line: Int, in file: SourceFile) -> String {
        var lines: [String] = []
        var number = line - 1
        while number > 0 {
            let text = file.line(number).drop { $0 == " " }
            guard text.hasPrefix("# ") else { break }
            lines.insert(String(text.dropFirst(2)), at: 0)
            number -= 1
        }
        return lines.joined(separator: " ")
    }
}

extension YAMLNode {
    fileprivate subscript(key: String) -> YAMLNode? { pairs.first { $0.key.text == key }?.value }

    fileprivate var pairs: [YAMLPair] { if case .mapping(let pairs) = content { pairs } else { [] } }
    fileprivate var items: [YAMLNode] { if case .sequence(let items) = content { items } else { [] } }
    fileprivate var text: String? { if case .scalar(let scalar) = content { scalar.text } else { nil } }

    /// As it stands in the file, on one line.
    fileprivate var source: String {
        if let text { return text }
        let text = String(decoding: range.file.bytes[range.bytes], as: UTF8.self)
        return text.split(whereSeparator: { $0 == "\n" || $0 == " " }).joined(separator: " ")
    }
}
