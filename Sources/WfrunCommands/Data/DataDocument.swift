import Diagnostics
import JSONSchema
import Values
import YAMLSyntax

/// A file of data, JSON or YAML, with the places of its parts where they are known.
struct DataDocument {
    var name: String
    var value: Value
    /// Nil for JSON.
    private var root: YAMLNode?

    private static let jsonDepth = 256

    /// YAML by the name's ending; everything else is JSON. Standard input is JSON, or YAML if it is no JSON.
    static func read(_ path: String) throws(CommandFailure) -> DataDocument {
        let name = path == "-" ? "<stdin>" : path
        let bytes: [UInt8]
        do throws(Files.Failure) {
            bytes = path == "-" ? try Files.readStandardInput() : try Files.read(path)
        } catch {
            throw CommandFailure(
                error.isMissing ? .notFound : .failed,
                error.isMissing ? "There is no file \(path)." : "\(name) cannot be read: \(error.reason).")
        }
        if path.hasSuffix(".yaml") || path.hasSuffix(".yml") { return try yaml(bytes, name) }
        do throws(JSON.SyntaxError) {
            let value = try JSON.parse(bytes, limits: JSON.Limits(depth: jsonDepth, refusesDuplicateNames: true))
            return DataDocument(name: name, value: value)
        } catch {
            if path == "-", let document = try? yaml(bytes, name, reports: false) { return document }
            let place = SourceFile(path: name, bytes: bytes).location(of: min(error.offset, bytes.count))
            throw CommandFailure(.failed, "\(name):\(place.line):\(place.column): \(error.message).")
        }
    }

    private static func yaml(_ bytes: [UInt8], _ name: String, reports: Bool = true) throws(CommandFailure) -> DataDocument {
        let document = YAMLReader.readDocument(SourceFile(path: name, bytes: bytes), rootIsMapping: false)
        var diagnostics = document.diagnostics.filter { $0.severity == .error }
        if diagnostics.isEmpty, let root = document.root {
            switch value(of: root) {
            case .success(let value): return DataDocument(name: name, value: value, root: root)
            case .failure(let problem): diagnostics = [problem.diagnostic]
            }
        }
        let console = Surroundings.current.console
        if reports { console.talk(TextRenderer(isColored: console.colorsErrors).render(diagnostics)) }
        throw CommandFailure(.failed, "\(name) is no YAML that can be read.")
    }

    private static func value(of node: YAMLNode) -> Result<Value, UntypedScalarProblem> {
        do throws(UntypedScalarProblem) {
            return .success(try unwrapped(node))
        } catch {
            return .failure(error)
        }
    }

    private static func unwrapped(_ node: YAMLNode) throws(UntypedScalarProblem) -> Value {
        switch node.content {
        case .scalar(let scalar): return try scalar.untypedValue().get()
        case .sequence(let items):
            var values: [Value] = []
            for item in items { values.append(try unwrapped(item)) }
            return .list(values)
        case .mapping(let pairs):
            var entries: [(String, Value)] = []
            for pair in pairs { entries.append((pair.key.text, try unwrapped(pair.value))) }
            return .map(ValueMap(entries))
        }
    }

    // MARK: Places

    /// `order.yaml:3:8: /total: expected number, found string (type)`
    func line(_ violation: SchemaViolation) -> String {
        let keyword = violation.keyword.isEmpty ? "" : " (\(violation.keyword))"
        return line(at: violation.instancePointer, "\(violation.message)\(keyword)")
    }

    func line(_ problem: SchemaProblem) -> String {
        line(at: problem.pointer, problem.message + (problem.help.map { "; \($0)" } ?? ""))
    }

    private func line(at pointer: String, _ message: String) -> String {
        let place = position(of: pointer).map { ":\($0.line):\($0.column)" } ?? ""
        let shown = pointer.isEmpty ? "" : " \(printable(pointer)):"
        return "\(printable(name))\(place):\(shown) \(printable(message))"
    }

    /// Where the part that a JSON Pointer names begins; of one that is not there, what should have held it.
    private func position(of pointer: String) -> SourceLocation? {
        guard var node = root else { return nil }
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let token = Self.unescaped(part)
            switch node.content {
            case .mapping(let pairs):
                guard let pair = pairs.first(where: { $0.key.text.hasSameCodePoints(as: token) }) else {
                    return node.range.start
                }
                node = pair.value
            case .sequence(let items):
                guard let index = Int(token), items.indices.contains(index) else { return node.range.start }
                node = items[index]
            case .scalar: return node.range.start
            }
        }
        return node.range.start
    }

    /// RFC 6901 §4.
    private static func unescaped(_ token: Substring) -> String {
        var result = ""
        var rest = token
        while let tilde = rest.firstIndex(of: "~") {
            result += rest[..<tilde]
            let after = rest[rest.index(after: tilde)...]
            result += after.first == "1" ? "/" : "~"
            rest = after.first == "0" || after.first == "1" ? after.dropFirst() : after
        }
        return result + rest
    }
}
