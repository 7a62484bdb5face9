import Diagnostics
import JSONSchema
import Values
import YAMLSyntax

/// A JSON Schema that an author wrote out in a definition.
struct SchemaDocument {
    /// A schema inside it, or it itself.
    struct Part {
        let node: YAMLNode
        let map: ValueMap
        let pointer: String
    }

    let root: YAMLNode
    let document: Value
    let problems: [SchemaProblem]
    /// Every schema in it, outer ones first.
    let parts: [Part]
    private let positions: [String: Int]

    private static let deepest = 64
    /// Above it single schemas are not tried out: each of them needs the whole document.
    private static let mostParts = 1_000
    private static let name = "urn:wfrun:document"

    private init?(_ root: YAMLNode) {
        guard case .success(let document) = root.untypedValue() else { return nil }
        self.root = root
        self.document = document
        problems = CompiledSchema.compile(document).problems
        var parts: [Part] = []
        Self.collect(root, document, pointer: "", depth: 0, into: &parts)
        self.parts = parts
        positions = Dictionary(
            parts.enumerated().map { ($0.element.pointer, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    func part(at pointer: String) -> Part? { positions[pointer].map { parts[$0] } }

    var isValid: Bool { !problems.contains(where: \.isError) }

    // MARK: Where they stand

    static func all(in definition: Definition) -> [SchemaDocument] {
        var nodes = [definition.input, definition.returns].compactMap { $0?.node }
        nodes += (definition.types + definition.events + definition.config).map(\.node)
        definition.forEachStep { step, _ in if let returns = step.modifiers.returns { nodes.append(returns.node) } }
        return all(in: nodes)
    }

    /// - Parameter types: nodes that stand where a type is expected.
    static func all(in types: [YAMLNode]) -> [SchemaDocument] {
        types.flatMap { node -> [SchemaDocument] in
            guard case .mapping(let pairs) = node.content else { return [] }
            if node.pair("$schema") != nil { return SchemaDocument(node).map { [$0] } ?? [] }
            return all(in: pairs.map(\.value))
        }
    }

    // MARK: Inside

    private static let single: Set<String> = [
        "items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "contains", "propertyNames", "not", "if",
        "then", "else",
    ]
    private static let named: Set<String> = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]
    private static let listed: Set<String> = ["prefixItems", "allOf", "anyOf", "oneOf"]

    private static func collect(_ node: YAMLNode, _ value: Value, pointer: String, depth: Int, into parts: inout [Part]) {
        guard depth < deepest, case .mapping(let pairs) = node.content, let map = value.mapValue else { return }
        parts.append(Part(node: node, map: map, pointer: pointer))
        for pair in pairs {
            let keyword = pair.key.text
            guard let inner = map[keyword] else { continue }
            let place = "\(pointer)/\(escaped(keyword))"
            if single.contains(keyword) {
                collect(pair.value, inner, pointer: place, depth: depth + 1, into: &parts)
            } else if named.contains(keyword), case .mapping(let members) = pair.value.content {
                for member in members {
                    guard let schema = inner[member.key.text] else { continue }
                    collect(
                        member.value, schema, pointer: "\(place)/\(escaped(member.key.text))", depth: depth + 1, into: &parts)
                }
            } else if listed.contains(keyword), case .sequence(let items) = pair.value.content, let schemas = inner.listValue {
                for (index, item) in items.enumerated() where index < schemas.count {
                    collect(item, schemas[index], pointer: "\(place)/\(index)", depth: depth + 1, into: &parts)
                }
            }
        }
    }

    /// The key and node at a JSON Pointer, or as far as it leads.
    func place(at pointer: String) -> (key: YAMLScalar?, node: YAMLNode) {
        var (key, node): (YAMLScalar?, YAMLNode) = (nil, root)
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = Self.unescaped(String(part))
            switch node.content {
            case .mapping:
                guard let pair = node.pair(name) else { return (key, node) }
                (key, node) = (pair.key, pair.value)
            case .sequence(let items):
                guard let index = Int(name), items.indices.contains(index) else { return (key, node) }
                (key, node) = (nil, items[index])
            case .scalar: return (key, node)
            }
        }
        return (key, node)
    }

    /// One of its schemas by itself; nil where the document is no valid one.
    func compiled(_ part: Part) -> CompiledSchema? {
        guard isValid, parts.count <= Self.mostParts else { return nil }
        var options = CompiledSchema.Options()
        options.resources = [Self.name: document]
        return CompiledSchema.compile(["$ref": .string("\(Self.name)#\(Self.uriEncoded(part.pointer))")], options: options)
            .schema
    }

    /// The schema a local `$ref` leads to, through any number of further ones.
    func following(_ schema: Value) -> Value {
        var schema = schema
        for _ in 0..<16 {
            guard let reference = schema["$ref"]?.stringValue, reference.utf8.first == UInt8(ascii: "#"),
                schema.mapValue?.count == 1
            else { return schema }
            var target = document
            for part in reference.dropFirst().split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
                guard let next = target[Self.unescaped(String(part))] else { return schema }
                target = next
            }
            schema = target
        }
        return schema
    }

    static func escaped(_ token: String) -> String { replacing(token, [("~", "~0"), ("/", "~1")]) }
    private static func unescaped(_ token: String) -> String { replacing(token, [("~1", "/"), ("~0", "~")]) }

    private static func replacing(_ text: String, _ pairs: [(String, String)]) -> String {
        pairs.reduce(text) { $0.contains($1.0) ? $0.replacing($1.0, with: $1.1) : $0 }
    }

    private static func uriEncoded(_ pointer: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in pointer.utf8 {
            let isPlain =
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "-._~/$".utf8.contains(byte)
            if isPlain {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One check over a JSON Schema in a definition.
protocol SchemaRule {
    static func check(_ document: SchemaDocument, report: (Diagnostic) -> Void)
}
