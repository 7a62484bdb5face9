import Diagnostics
import JSONSchema
import TestSupport
import Testing
import Values
import WorkflowDefinitions
import YAMLSyntax

/// The schema for editors says what the parser says.
@Suite struct LanguageSchemaTests {
    private static let schema = CompiledSchema.compile(LanguageSchema.document)

    private func violations(of text: String) throws -> [SchemaViolation] {
        let schema = try #require(Self.schema.schema, "\(Self.schema.problems)")
        let root = try #require(YAMLReader.read(SourceFile(path: "a.yaml", text: text)).root)
        return schema.validate(Self.value(of: root))
    }

    /// As an editor reads it: plain scalars by the core schema.
    private static func value(of node: YAMLNode) -> Value {
        switch node.content {
        case .scalar(let scalar):
            if case .success(let value) = scalar.untypedValue() { value } else { .string(scalar.text) }
        case .sequence(let items): .list(items.map(value))
        case .mapping(let pairs): .map(ValueMap(pairs.map { ($0.key.text, value(of: $0.value)) }))
        }
    }

    @Test func `every key has a description`() {
        guard case .map(let definitions)? = LanguageSchema.document["definitions"] else { return }
        var count = 0
        for definition in definitions {
            for schema in [definition.value] + (definition.value["anyOf"]?.listValue ?? []) {
                guard case .map(let properties)? = schema["properties"] else { continue }
                for property in properties {
                    #expect(property.value["description"]?.stringValue?.isEmpty == false, "\(definition.key): \(property.key)")
                    count += 1
                }
            }
        }
        #expect(count > 90)
    }

    @Test(arguments: Fixtures.shipped)
    func `what ships is valid`(path: String) throws {
        #expect(try violations(of: Fixtures.shippedText(path)) == [])
    }

    @Test(arguments: Fixtures.paths(in: "valid"))
    func `what is valid for the parser is valid for editors`(path: String) throws {
        // A fixture of several files has them one after another.
        let text = try Fixtures.text(path)
        let files = text.split(separator: "\n", omittingEmptySubsequences: false).split { $0.hasPrefix("#@ ") }
        for file in files where file.contains(where: { $0.hasPrefix("workflow:") || $0.hasPrefix("action:") }) {
            #expect(try violations(of: file.joined(separator: "\n")) == [])
        }
    }

    // MARK: Agreement with the parser

    /// What the texts call.
    private static let library = standardLibraryFiles.filter { $0.path == "stdlib/builtin/log.yaml" }

    private func codes(of text: String) -> Set<Int> {
        let analysis = DefinitionAnalyzer.analyze(
            SourceSet(definitions: [SourceFile(path: "a.yaml", text: text)], library: Self.library, root: nil))
        return Set(analysis.diagnostics.map(\.code.number))
    }

    /// A step of each verb, without its last brace.
    private static let verbs = [
        "call": "{ id: a, call: log, with: { message: hi }", "invoke": "{ id: a, invoke: other",
        "wait": "{ id: a, wait: { event: a.b }", "sleep": "{ id: a, sleep: 1s", "emit": "{ id: a, emit: { event: a.b }",
        "let": "{ id: a, let: { x: 1 }", "steps": "{ id: a, steps: [{ id: b, sleep: 1s }]",
        "parallel": "{ id: a, parallel: [{ id: b, sleep: 1s }]", "switch": "{ id: a, switch: [{ id: b, sleep: 1s }]",
        "fail": "{ id: a, fail: { code: x.y, message: m }", "return": "{ id: a, return: 1",
        "continue_as_new": "{ id: a, continue_as_new: {}",
    ]
    private static let modifiers = [
        "description": "text", "if": "true", "foreach": "[1]", "repeat": "{ max: 2, until: true }", "retry": "2",
        "timeout": "1h",
        "at_most_once": "false", "output": "1", "returns": "string", "catch": "{ output: 1 }",
        "compensate": "[{ id: c, sleep: 1s }]", "finally": "[{ id: d, sleep: 1s }]",
    ]

    @Test(arguments: verbs.keys.sorted())
    func `a verb takes the same modifiers in editors as in the parser`(verb: String) throws {
        let step = try #require(Self.verbs[verb])
        for (modifier, value) in Self.modifiers {
            let text = "workflow: w\nevents: { a.b: {} }\nsteps:\n  - \(step), \(modifier): \(value) }\n"
            let isRefused = codes(of: text).contains(1108)
            #expect(try violations(of: text).isEmpty == !isRefused, "\(verb) with \(modifier)")
        }
    }

    /// A text for each mapping of the language: its keys are known to the parser as they are to editors.
    @Test(arguments: [
        ("a definition", "definition", "workflow: w\nKEY\nsteps: [{ id: a, sleep: 1s }]"),
        ("a trigger", "trigger", "workflow: w\ntriggers: [{ cron: '@daily', KEY }]\nsteps: [{ id: a, sleep: 1s }]"),
        ("`concurrency`", "concurrency", "workflow: w\nconcurrency: { KEY }\nsteps: [{ id: a, sleep: 1s }]"),
        ("a step", "step", "workflow: w\nsteps: [{ id: a, sleep: 1s, KEY }]"),
        ("`wait`", "wait", "workflow: w\nsteps: [{ id: a, wait: { KEY } }]"),
        ("`emit`", "emit", "workflow: w\nsteps: [{ id: a, emit: { KEY } }]"),
        ("`repeat`", "repeat", "workflow: w\nsteps: [{ id: a, sleep: 1s, repeat: { KEY } }]"),
        ("a `catch` clause", "clause", "workflow: w\nsteps: [{ id: a, sleep: 1s, catch: { KEY } }]"),
        ("`fail`", "fail", "workflow: w\nsteps: [{ id: a, fail: { KEY } }]"),
        ("`foreach`", "foreach", "workflow: w\nsteps: [{ id: a, sleep: 1s, foreach: { KEY } }]"),
        ("`retry`", "retry", "workflow: w\nsteps: [{ id: a, call: log, retry: { KEY } }]"),
        ("`retention`", "retention", "workflow: w\nretention: { KEY }\nsteps: [{ id: a, sleep: 1s }]"),
        ("`timeout`", "limit", "workflow: w\nsteps: [{ id: a, sleep: 1s, timeout: { KEY } }]"),
    ])
    func `the keys of a mapping are those the parser names`(what: String, name: String, text: String) throws {
        let source = SourceFile(path: "a.yaml", text: text.replacing("KEY", with: "zzzzzzzzzzzz: 1"))
        let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: [source], library: Self.library, root: nil))
        let diagnostic = try #require(analysis.diagnostics.first { $0.code.number == 1101 })
        let named = try #require(diagnostic.help?.split(separator: " are ").last?.split(separator: ", ").map(String.init))
        let definition = try #require(LanguageSchema.document["definitions"]?[name])
        let described = ([definition] + (definition["anyOf"]?.listValue ?? [])).compactMap { $0["properties"]?.mapValue }.first
        let keys = try #require(described).compactMap { entry -> String? in
            if case .string(let key) = entry.key { key } else { nil }
        }
        #expect(Set(named) == Set(keys), "\(what)")
    }
}
