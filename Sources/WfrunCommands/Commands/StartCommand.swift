import ArgumentParser
import HTTPTypes
import Values

struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start an instance of a workflow on a server.",
        discussion: """
            Prints the id of the new instance. With --wait it waits for the end and prints the output instead.

            Examples:
              wfrun start hello --set name=Ada
              wfrun start order-fulfillment --input '{"orderId": "A-1", "customerId": "c7"}'
              wfrun start hello --input @input.json --wait=30s
              wfrun start hello --set name=Ada --key greeting-1

            Exit codes with --wait: 0 completed, 1 failed or timed out, 7 still going, 8 cancelled.
            """)

    @Argument(help: "Name of the workflow.")
    var workflow: String

    @OptionGroup var input: InputOptions

    @Option(help: "Your own name for the instance, unique within the workflow.")
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Makes the request repeatable: the same key and input again give the same instance.", valueName: "key"))
    var idempotencyKey: String?

    @OptionGroup var wait: WaitOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Surroundings.current.console
        let source = try connection.connect()
        let detail = try await source.get(["workflows", workflow])
        let fields = detail["input"]?.listValue ?? []
        let value = try input.value { path in
            fields.first { $0["name"]?.stringValue == path[0] && path.count == 1 }?["type"]?.stringValue
        }
        var body: ValueMap = ["input": value]
        if let key { body["key"] = .string(key) }
        var call = APICall(method: .post, path: ["workflows", workflow, "instances"], body: .map(body))
        if let idempotencyKey { call.headers = [(.idempotencyKey, idempotencyKey)] }
        let started = try await source.succeed(call).value
        let id = started["id"]?.stringValue ?? ""
        if let limit = try wait.limit() {
            console.talk("Started \(workflow) \(id)")
            try await awaitResult(of: id, from: source, within: limit, output.output)
            return
        }
        if output.output == .text {
            console.answer(id)
            console.talk("Started \(workflow). See what it does: wfrun show \(id)")
        } else {
            console.answer(JSON.text(started))
        }
    }
}

extension HTTPField.Name {
    // A constant of legal characters.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}
