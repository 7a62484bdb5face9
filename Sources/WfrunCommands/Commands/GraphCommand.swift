import ArgumentParser
import Values
import WorkflowGraph

struct GraphCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text }

    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Show the step graph of a definition or of a workflow on the server.",
        discussion: """
            Examples:
              wfrun graph definitions/order-fulfillment.yaml
              wfrun graph order-fulfillment
            """)

    @Argument(help: "A definition file, or the name of a workflow on the server.")
    var target: String

    @Option(help: "How to draw it.")
    var format: Format = .text

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let console = Surroundings.current.console
        if target.hasSuffix(".yaml") || Files.exists(target) {
            let project = try ProjectFiles.around(target)
            let analysis = ProjectAnalysis.of(project)
            console.answer(GraphText.text(of: try analysis.workflow(in: target, of: project, console).graph))
        } else {
            console.answer(try await connection.connect().succeed(APICall(path: ["workflows", target, "graph"])).text)
        }
    }
}
