import ArgumentParser
import Values

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show what happened in an instance, in order.",
        discussion: """
            Every line with a number is an entry of the journal: recorded once, never \
            changed. Failed attempts and what was scheduled stand between.

            Examples:
              wfrun history @latest
              wfrun history 0193b1c2 --payloads -o jsonl   # with the steps' results
              wfrun history 0193b1c2 --export > run.json   # for 'wfrun replay run.json'

            --export writes everything that a replay elsewhere takes: the definition's text, \
            input, configuration and results, in a form that later versions read, too. \
            Secrets are not in it, because they are never stored; everything else is.
            """)

    @Argument(help: "Id of the instance, the beginning of one, or @latest.")
    var id: String

    @Flag(help: "With the steps' results (json and jsonl).")
    var payloads = false

    @Option(help: "Of this run instead of the current one.")
    var run: Int?

    @Flag(help: "The current run as one JSON document that 'wfrun replay' takes.")
    var export = false

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if export, run != nil || payloads {
            throw ValidationError("--export takes the current run with everything; leave --run and --payloads out.")
        }
    }

    func run() async throws {
        let console = Surroundings.current.console
        if export {
            let document = try await read.source().get(["instances", id, "export"])
            console.answer(JSON.text(document))
            return
        }
        var query: [(String, String)] = payloads ? [("payloads", "true")] : []
        if let run { query.append(("run", String(run))) }
        let page = try await read.source().get(["instances", id, "history"], query: query)
        let lines = page["items"]?.listValue ?? []
        switch output.output {
        case .json: console.answer(JSON.text(page))
        case .jsonl: for line in lines { console.answer(JSON.text(line)) }
        case .text: console.answer(HistoryText(lines: lines, style: Style(isColored: console.colorsOutput)).text)
        }
    }
}
