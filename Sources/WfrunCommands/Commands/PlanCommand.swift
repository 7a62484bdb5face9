import ArgumentParser
import Diagnostics
import HTTPTypes
import Values

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what an edited definition would mean for live instances.",
        discussion: """
            An edit changes nothing for instances that have begun: they go on with the \
            definition they began with. 'plan' replays the journal of each on the edited \
            definition and says which could go on with it, and what keeps the others from it:

              unchanged   runs this definition already
              continues   everything recorded is what the definition would have asked for
              diverges    it would have asked for something else, at the step that is named
              unfit       a recorded value is none that the definition takes

            '--apply' moves those that continue, once the server has the definition; each is \
            judged again as it moves. Nothing else about them changes.

            Examples:
              wfrun plan definitions/order.yaml
              wfrun plan definitions/order.yaml --db .wfrun/wfrun.db   # no server is running
              wfrun plan definitions/order.yaml --apply --yes --reason "longer timeout"

            Exit codes: 0 the plan was made, 1 the definition has mistakes or an instance could \
            not be moved, 5 --apply before the server has the definition.
            """)

    @Argument(help: "Edited definition files.")
    var files: [String]

    @Option(help: ArgumentHelp("Folder of the definitions (default: the one the file is in).", valueName: "dir"))
    var definitions: String?

    @Flag(help: "Move the instances that continue.")
    var apply = false

    @Flag(name: .customLong("dry-run"), help: "With --apply: only show which instances would move.")
    var isDryRun = false

    @Flag(help: "With --apply: do not ask.")
    var yes = false

    @Option(help: "With --apply: why; kept with each instance.")
    var reason: String?

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if files.isEmpty { throw ValidationError("Give the file of an edited definition.") }
        if apply, read.db != nil { throw ValidationError("--apply needs a server; --db only reads.") }
        if !apply, isDryRun || yes || reason != nil {
            throw ValidationError("--dry-run, --yes and --reason belong to --apply.")
        }
    }

    func run() async throws {
        let source = try read.source()
        var isIncomplete = false
        for (number, file) in files.enumerated() {
            let edited = try EditedDefinition.of(file, definitions: definitions, config: read.connection.config)
            let plan = try await edited.plan(asking: source)
            show(plan, edited, isFirst: number == 0)
            if apply { isIncomplete = try await move(plan, edited, file, source) || isIncomplete }
        }
        if isIncomplete { throw CommandFailure(.bad) }
    }

    private func show(_ plan: EditedDefinition.Plan, _ edited: EditedDefinition, isFirst: Bool) {
        let console = Surroundings.current.console
        switch output.output {
        case .json: console.answer(JSON.text(Self.value(plan, edited.workflow.name)))
        case .jsonl: for item in plan.items { console.answer(JSON.text(item)) }
        case .text:
            let text = PlanText(
                workflow: edited.workflow.name, items: plan.items, style: Style(isColored: console.colorsOutput)
            ).text
            console.answer(isFirst ? text : "\n" + text)
            let found = TextRenderer(isColored: console.colorsOutput).render(plan.diagnostics)
            if !found.isEmpty { console.answer("\n" + found) }
            if !apply, plan.count("continues") > 0 { console.talk(hint(plan)) }
        }
    }

    private func hint(_ plan: EditedDefinition.Plan) -> String {
        let count = plan.count("continues")
        let them = count == 1 ? "the one that continues" : "the \(count) that continue"
        let command = "'wfrun plan \(files.map(printable).joined(separator: " ")) --apply'"
        if read.db != nil || plan.isCurrent { return "\nnext: \(command) moves \(them)." }
        return "\nnext: the server does not have this text yet; once it has, \(command) moves \(them)."
    }

    /// With the diagnostics as `validate --format json` has them.
    private static func value(_ plan: EditedDefinition.Plan, _ workflow: String) -> Value {
        let diagnostics = (try? JSON.parse(JSONRenderer().render(plan.diagnostics)))?["diagnostics"] ?? []
        let effects = ["unchanged", "continues", "diverges", "unfit"]
        return [
            "workflow": .string(workflow), "digest": .string(plan.digest), "current": .bool(plan.isCurrent),
            "counts": .map(ValueMap(effects.map { ($0, Value.int(Int64(plan.count($0)))) })),
            "items": .list(plan.items), "diagnostics": diagnostics,
        ]
    }

    // MARK: - Apply

    /// - Returns: whether an instance that was to move could not.
    private func move(
        _ plan: EditedDefinition.Plan, _ edited: EditedDefinition, _ file: String, _ source: any APISource
    ) async throws(CommandFailure) -> Bool {
        let console = Surroundings.current.console
        let ids = plan.items.filter { $0["effect"]?.stringValue == "continues" }.compactMap { $0["id"]?.stringValue }
        guard !ids.isEmpty else {
            console.talk("Nothing to move.")
            return false
        }
        guard plan.isCurrent else {
            throw CommandFailure(
                .wrongState, "The server's current definition of '\(edited.workflow.name)' is not the text of \(file).",
                hint: "Save it in the folder that the server reads; its log says when it has taken it up.")
        }
        let count = ids.count == 1 ? "1 instance" : "\(ids.count) instances"
        if isDryRun {
            console.talk("\(count) would move; nothing was changed.")
            return false
        }
        guard yes || Confirmation.ask("Move \(count) to this definition?") else {
            throw CommandFailure(.cancelled, "Nothing was changed.", hint: "'--yes' moves them without asking.")
        }
        var refused = 0
        var body: ValueMap = ["digest": .string(plan.digest)]
        if let reason { body["reason"] = .string(reason) }
        for id in ids {
            let answer = try await source.send(
                APICall(method: .post, path: ["instances", id, "upgrade"], body: .map(body)))
            if answer.status == 200 { continue }
            refused += 1
            console.talk("wfrun: \(id) did not move: \(CommandFailure(problem: answer).message)")
        }
        let moved = ids.count - refused
        console.talk("Moved \(moved == 1 ? "1 instance" : "\(moved) instances") to \(plan.digest.prefix(12)).")
        return refused > 0
    }
}
