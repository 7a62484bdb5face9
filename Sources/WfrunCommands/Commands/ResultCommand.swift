import ArgumentParser
import HTTPTypes
import Values

struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Print the output of an instance.",
        discussion: """
            Examples:
              wfrun result @latest
              wfrun result 0193b1c2 --wait       # wait until it has ended
              wfrun result 0193b1c2 --wait=30s   # at most half a minute

            Exit codes: 0 completed, 1 failed or timed out, 3 not found, 7 still going, 8 cancelled.
            """)

    @Argument(help: "Id of the instance, the beginning of one, or @latest.")
    var id: String

    @OptionGroup var wait: WaitOption
    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await awaitResult(of: id, from: try read.source(), within: try wait.limit() ?? .zero, output.output)
    }
}

/// `--wait[=30s]`.
struct WaitOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "'--wait' waits for the end as long as it takes, '--wait=30s' at most half a minute.", valueName: "duration"))
    var wait: String?

    static let forever = "forever"

    /// A bare `--wait` has no value; the parser would take the next argument for it.
    static func completing(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].map { $0 == "--wait" ? "--wait=\(forever)" : $0 } + arguments[end...]
    }

    /// Nil: not asked for.
    func limit() throws(CommandFailure) -> TimeSpan? {
        guard let wait else { return nil }
        if wait == Self.forever { return TimeSpan(seconds: TimeSpan.maximumSeconds) }
        guard let span = TimeSpan(durationLiteral: wait) else {
            throw CommandFailure(.usage, "'--wait=\(wait)' is no duration; one looks like 30s or 5m.")
        }
        return span
    }
}

/// Prints the output of a completed instance; anything else ends the command with the exit code that fits.
func awaitResult(
    of id: String, from source: any APISource, within limit: TimeSpan, _ format: OutputFormat
) async throws(CommandFailure) {
    let longestAsk: Int64 = 30
    var remaining = limit.seconds + (limit.nanoseconds > 0 ? 1 : 0)
    while true {
        let ask = min(remaining, longestAsk)
        let query = ask > 0 ? [("wait", "\(ask)s")] : []
        let answer = try await source.send(APICall(path: ["instances", id, "result"], query: query, patience: ask))
        switch answer.status {
        case 200:
            let console = Surroundings.current.console
            console.answer(format == .text ? JSON.prettyText(answer.value) : JSON.text(answer.value))
            return
        case 202:
            remaining -= ask
            if remaining > 0 { continue }
            let status = answer.value["status"]?.stringValue ?? "running"
            throw CommandFailure(
                .stillGoing, "The instance is still going (\(status)).", hint: "What it waits for: wfrun show \(id)")
        default:
            throw ended(answer)
        }
    }
}

private func ended(_ answer: APIAnswer) -> CommandFailure {
    let problem = answer.value
    guard answer.status == 409, let status = problem["status"], let word = problem["code"]?.stringValue else {
        return CommandFailure(problem: answer)
    }
    _ = status
    let failure = Wording.failure(problem["failure"])
    switch word {
    case "instance.cancelled": return CommandFailure(.cancelled, "The instance was cancelled.")
    case "instance.timed_out": return CommandFailure(.bad, "The instance timed out\(failure.map { ": \($0)" } ?? "").")
    default: return CommandFailure(.bad, "The instance failed\(failure.map { ": \($0)" } ?? "").")
    }
}
