import ArgumentParser
import Diagnostics
import JSONSchema
import Values
import WorkflowGraph
import YAMLSyntax

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check data against a JSON Schema or a workflow's input.",
        discussion: """
            Data and schemas are JSON or YAML files. Schemas are read as draft 2020-12. What \
            does not fit is printed with its place: line and column in YAML, and a JSON \
            Pointer.

            Examples:
              wfrun check order.json --schema order.schema.json
              wfrun check a.yaml b.yaml --schema schema.yaml --format-assertion
              wfrun check order.json --schema definitions/order-fulfillment.yaml
              cat order.json | wfrun check - --schema order-fulfillment
              wfrun check --jsonl < requests.jsonl

            With --jsonl every line of standard input is one {"id","schema","data"}, if \
            wanted with "resources" (schemas by URI that references may name), and gets one \
            line {"id","valid","errors":[{"pointer","keyword","message"}]}, or {"id","error"} \
            when the schema itself is wrong.

            Exit codes: 0 all data is valid (with --jsonl: all lines were answered), 1 some is \
            not, 2 it cannot be checked, 3 a file is not there.
            """)

    @Argument(help: "Files of data; '-' for standard input.")
    var data: [String] = []

    @Option(help: ArgumentHelp("A schema file, a definition file, or the name of a workflow.", valueName: "schema"))
    var schema: String?

    @Flag(help: "Answer the lines of standard input.")
    var jsonl = false

    @Flag(help: "'format' is checked; otherwise it only describes.")
    var formatAssertion = false

    @Option(help: ArgumentHelp("The definitions folder (default: definitions).", valueName: "dir"))
    var definitions: String?

    func validate() throws {
        if jsonl {
            if !data.isEmpty { throw ValidationError("With '--jsonl' the data comes from standard input.") }
        } else {
            if data.isEmpty { throw ValidationError("Give files of data, or '--jsonl'.") }
            if schema == nil { throw ValidationError("Give a schema with '--schema'.") }
        }
    }

    func run() throws {
        let checker = try schema.map { try DataChecker.named($0, assertsFormats: formatAssertion, definitions: definitions) }
        if jsonl { return try answerLines(checker) }
        guard let checker else { return }
        let console = Surroundings.current.console
        var areAllValid = true
        for path in data {
            let document = try DataDocument.read(path)
            let violations = checker.violations(of: document.value)
            if violations.isEmpty { console.talk("\(document.name): valid") }
            for violation in violations { console.answer(document.line(violation)) }
            areAllValid = areAllValid && violations.isEmpty
        }
        if !areAllValid { throw CommandFailure(.bad) }
    }

    // MARK: Lines

    private func answerLines(_ common: DataChecker?) throws(CommandFailure) {
        // Requests with one schema tend to follow each other.
        var last: (schema: Value, resources: Value?, checker: DataChecker)?
        try JSONLines.answer { (request) throws(JSONLines.Refusal) in
            guard let data = request["data"] else { throw .malformed("the line has no 'data'") }
            let checker: DataChecker
            if let schema = request["schema"] {
                let resources = request["resources"]
                if let last, last.schema == schema, last.resources == resources {
                    checker = last.checker
                } else {
                    checker = try self.checker(schema, resources)
                    last = (schema, resources, checker)
                }
            } else if let common {
                checker = common
            } else {
                throw .malformed("the line has no 'schema'")
            }
            let errors = checker.violations(of: data).map { violation -> Value in
                [
                    "pointer": .string(violation.instancePointer), "keyword": .string(violation.keyword),
                    "message": .string(violation.message),
                ]
            }
            return [("valid", .bool(errors.isEmpty)), ("errors", .list(errors))]
        }
    }

    private func checker(_ schema: Value, _ resources: Value?) throws(JSONLines.Refusal) -> DataChecker {
        var options = CompiledSchema.Options(assertsFormats: formatAssertion)
        for entry in resources?.mapValue ?? [:] {
            if case .string(let uri) = entry.key { options.resources[uri] = entry.value }
        }
        let (compiled, problems) = CompiledSchema.compile(schema, options: options)
        if let compiled { return .schema(compiled) }
        let problem = problems.first(where: \.isError) ?? problems[0]
        throw JSONLines.Refusal(
            code: problem.kind.code.description,
            message: problem.pointer.isEmpty ? problem.message : "\(problem.pointer): \(problem.message)")
    }
}

/// What data is checked against.
enum DataChecker {
    case schema(CompiledSchema)
    /// A workflow's input: defaults are filled in first.
    case input(ValueContract)

    func violations(of value: Value) -> [SchemaViolation] {
        switch self {
        case .schema(let schema): return schema.validate(value)
        case .input(let contract):
            switch contract.admit(value) {
            case .success: return []
            case .failure(let violation): return violation.violations
            }
        }
    }

    /// A schema's file, a definition's file, or a workflow of the definitions folder.
    static func named(_ name: String, assertsFormats: Bool, definitions: String?) throws(CommandFailure) -> DataChecker {
        guard Files.exists(name), !Files.isFolder(name) else {
            if name.contains("/") || name.hasSuffix(".json") || name.hasSuffix(".yaml") {
                throw CommandFailure(.notFound, "There is no file \(name).")
            }
            return .input(try WorkflowInput.ofWorkflow(name, definitions: definitions))
        }
        let document = try DataDocument.read(name)
        if name.hasSuffix(".yaml"), document.value["workflow"] != nil {
            return .input(try WorkflowInput.ofFile(name, definitions: definitions))
        }
        let (schema, problems) = CompiledSchema.compile(
            document.value, options: CompiledSchema.Options(assertsFormats: assertsFormats))
        let console = Surroundings.current.console
        for problem in problems {
            console.talk("\(problem.isError ? "error" : "warning")[\(problem.kind.code)] \(document.line(problem))")
        }
        guard let schema else { throw CommandFailure(.failed, "The schema has mistakes.") }
        return .schema(schema)
    }
}

/// The input of a workflow of the project.
enum WorkflowInput {
    static func ofFile(_ file: String, definitions: String?) throws(CommandFailure) -> ValueContract {
        let project = try ProjectFiles.around(file, definitions: definitions)
        let workflow = try ProjectAnalysis.of(project).workflow(in: file, of: project, Surroundings.current.console)
        return workflow.graph.main.input
    }

    static func ofWorkflow(_ name: String, definitions: String?) throws(CommandFailure) -> ValueContract {
        let folder = try Settings.load(config: nil).definitions(definitions)
        let analysis = ProjectAnalysis.of(try ProjectFiles.below(folder))
        if let workflow = analysis.workflows.first(where: { $0.name.hasSameCodePoints(as: name) }) {
            return workflow.graph.main.input
        }
        guard !analysis.brokenNames.contains(name) else {
            throw CommandFailure(.bad, "The definition of '\(name)' has mistakes.", hint: "wfrun validate")
        }
        let near = closestMatch(to: name, among: analysis.workflows.map(\.name))
        throw CommandFailure(
            .notFound, "There is no workflow '\(name)' in \(folder).", hint: near.map { "Did you mean '\($0)'?" })
    }
}
