import ArgumentParser
import HTTPTypes
import Values

struct EventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "Send events, look at them.", subcommands: [EventSendCommand.self])
}

struct EventSendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send an event to waiting workflows.",
        discussion: """
            The event is stored first and matched second, so it may come before the wait \
            does. The same --source and --id again are the same event.

            Examples:
              wfrun event send stock.arrived --data '{"sku": "A-1", "count": 12}'
              wfrun event send expense.decided --data @decision.json --id 7f3a
            """)

    @Argument(help: "Name of the event.")
    var name: String

    @Option(help: ArgumentHelp("What it carries, as JSON; '@FILE' for a file, '-' for standard input.", valueName: "json"))
    var data: String?

    @Option(help: "Who sends it (default: the name of the token).")
    var source: String?

    @Option(help: "Its id, unique with the source (default: a new one).")
    var id: String?

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Surroundings.current.console
        var input = InputOptions()
        input.input = data ?? "null"
        input.assignments = []
        var body: ValueMap = ["name": .string(name), "data": try input.value { _ in nil }]
        if let source { body["source"] = .string(source) }
        if let id { body["id"] = .string(id) }
        let answer = try await connection.connect().succeed(APICall(method: .post, path: ["events"], body: .map(body))).value
        guard output.output == .text else { return console.answer(JSON.text(answer)) }
        console.answer(answer["id"]?.stringValue ?? "")
        console.talk(Self.summary(answer))
    }

    static func summary(_ answer: Value) -> String {
        if answer["duplicate"]?.boolValue == true { return "This event was sent before; nothing changed." }
        let waiting = answer["candidates"]?.intValue ?? 0
        let started = answer["started"]?.listValue?.count ?? 0
        var effects: [String] = []
        if started > 0 { effects.append("it starts \(started) instance(s)") }
        if waiting > 0 { effects.append("\(waiting) waiting instance(s) may take it") }
        return effects.isEmpty ? "Accepted; nobody waits for it yet." : "Accepted; \(effects.joined(separator: ", "))."
    }
}
