import ArgumentParser
import JSONSchema
import Values
import WorkflowDefinitions
import WorkflowGraph

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the language, or of a workflow's input.",
        discussion: """
            Without an argument: the language itself, draft-07, for editors. With a workflow: \
            its input, draft 2020-12, as instances are checked against it.

            Examples:
              wfrun schema > .wfrun/schema.json
              wfrun schema order-fulfillment
              wfrun schema definitions/order-fulfillment.yaml

            Editors with a YAML language server take the schema from a line at the top of a \
            definition:
              # yaml-language-server: $schema=../.wfrun/schema.json

            Exit codes: 0 printed, 1 the definition has mistakes, 3 there is no such workflow.
            """)

    @Argument(help: "The name of a workflow, or a definition file.")
    var workflow: String?

    @Option(help: ArgumentHelp("The definitions folder (default: definitions).", valueName: "dir"))
    var definitions: String?

    func run() throws {
        let console = Surroundings.current.console
        guard let workflow else { return console.answer(JSON.prettyText(LanguageSchema.document)) }
        let isFile = workflow.hasSuffix(".yaml") || workflow.contains("/")
        let input =
            isFile
            ? try WorkflowInput.ofFile(workflow, definitions: definitions)
            : try WorkflowInput.ofWorkflow(workflow, definitions: definitions)
        console.answer(JSON.prettyText(input.schema.document))
    }
}
