import ArgumentParser
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal
import WorkflowReplay

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Execute a recorded run again, without side effects.",
        discussion: """
            Goes through the journal of an instance, or of a file that 'wfrun history ID \
            --export' wrote, as a server does after a restart: nothing is called, sent or \
            stored. Says where the run comes to, and the first place at which the definition \
            asks for something other than what is recorded.

            Examples:
              wfrun replay @latest
              wfrun replay @latest --definition definitions/order.yaml   # as edited
              wfrun replay run.json

            Exit codes: 0 it replays, 1 it diverges, 2 the history cannot be read, 3 not found.
            """)

    @Argument(help: "Id of an instance, the beginning of one, @latest, or the file of an exported history.")
    var subject: String

    @Option(help: ArgumentHelp("Replay on this definition instead of the run's own.", valueName: "file"))
    var definition: String?

    @Option(help: ArgumentHelp("Folder of the definitions (default: the one the file is in).", valueName: "dir"))
    var definitions: String?

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    private static let largestHistory = 256 << 20

    func run() async throws {
        let console = Surroundings.current.console
        let run = try await recordedRun()
        let own: StepGraph
        do throws(DefinitionUnavailable) {
            own = try ProjectAnalysis.load(run.definition)
        } catch {
            throw CommandFailure(.failed, "The definition of the run cannot be loaded: \(error.reason).")
        }
        let replay: RunReplay
        let name: String
        if let definition {
            let edited = try EditedDefinition.of(definition, definitions: definitions, config: read.connection.config)
            guard edited.workflow.name == run.definition.workflow else {
                throw CommandFailure(
                    .bad, "\(definition) defines '\(edited.workflow.name)'; the run is one of '\(run.definition.workflow)'.")
            }
            replay = RunReplay(run, on: edited.workflow.graph, own: own)
            name = printable(definition)
        } else {
            replay = RunReplay(run, on: own)
            name = "its own definition \(own.digest.hex.prefix(12))"
        }
        let text = ReplayText(replay: replay, definition: name, style: Style(isColored: console.colorsOutput))
        console.answer(output.output == .text ? text.text : JSON.text(text.value))
        if replay.finding != nil { throw CommandFailure(.bad) }
    }

    private func recordedRun() async throws(CommandFailure) -> RecordedRun {
        let document: Value
        if Files.exists(subject) {
            document = try Self.document(subject)
        } else if subject.hasSuffix(".json") {
            throw CommandFailure(.notFound, "There is no file \(subject).")
        } else {
            document = try await read.source().get(["instances", subject, "export"])
        }
        do throws(RecordedRun.Unreadable) {
            return try RecordedRun(document)
        } catch {
            throw CommandFailure(.failed, "\(subject) cannot be replayed: \(printable(error.description)).")
        }
    }

    private static func document(_ path: String) throws(CommandFailure) -> Value {
        let bytes: [UInt8]
        do throws(Files.Failure) {
            bytes = try Files.read(path, limit: largestHistory)
        } catch {
            throw CommandFailure(.failed, "\(path) cannot be read: \(error.reason).")
        }
        do throws(JSON.SyntaxError) {
            return try JSON.parse(bytes)
        } catch {
            throw CommandFailure(.failed, "\(path) is no JSON: \(error).")
        }
    }
}
