import ArgumentParser
import Diagnostics
import StandardLibrary
import WorkflowDefinitions

struct StdlibCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stdlib",
        abstract: "Show the actions that come with wfrun.",
        discussion: """
            Examples:
              wfrun stdlib                 # all of them
              wfrun stdlib http.poll       # one, with its inputs and errors
              wfrun stdlib http.poll --source
            """)

    @Argument(help: "The name of an action.")
    var action: String?

    @Flag(help: "Show the file that defines it.")
    var source = false

    func run() throws {
        let console = Surroundings.current.console
        let actions = ActionReference.all(in: StandardLibrary.files.map { SourceFile(path: $0.path, bytes: $0.bytes) })
        guard let action else {
            console.answer(ActionReference.list(actions))
            return
        }
        guard let found = actions.first(where: { $0.name == action }) else {
            let guess = closestMatch(to: action, among: actions.map(\.name))
            throw CommandFailure(
                .notFound, "There is no action '\(action)' in the standard library.",
                hint: guess.map { "Did you mean '\($0)'?" } ?? "'wfrun stdlib' has them all.")
        }
        console.answer(source ? found.file.text : found.text)
    }
}
