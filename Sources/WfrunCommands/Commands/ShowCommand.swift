import ArgumentParser
import Values

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one instance: its status, what it waits for, its steps.",
        discussion: """
            Examples:
              wfrun show @latest
              wfrun show 0193b1c2                      # the beginning of an id will do
              wfrun show @latest --db .wfrun/wfrun.db  # while no server runs
            """)

    @Argument(help: "Id of the instance, the beginning of one, or @latest.")
    var id: String

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Surroundings.current.console
        let source = try read.source()
        let detail = try await source.get(["instances", id])
        let steps = try await source.get(["instances", detail["id"]?.stringValue ?? id, "steps"])["items"]?.listValue ?? []
        if output.output == .text {
            console.answer(InstanceText(detail: detail, steps: steps, style: Style(isColored: console.colorsOutput)).text)
        } else {
            var map = detail.mapValue ?? [:]
            map["steps"] = .list(steps)
            console.answer(JSON.text(.map(map)))
        }
    }
}
