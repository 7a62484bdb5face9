import ArgumentParser
import Values

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say what an instance waits for, and what would move it.",
        discussion: """
            Says for each open step what it waits for, until when, what happens then, which \
            events nearly matched and in what they differ, and the command that would let it \
            go on. Of an ended instance: how it ended, and how to run it again.

            Examples:
              wfrun why @latest
              wfrun why 0193b1c2 -o json
              wfrun why @latest --db .wfrun/wfrun.db  # while no server runs
            """)

    @Argument(help: "Id of the instance, the beginning of one, or @latest.")
    var id: String

    @OptionGroup var read: ReadOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Surroundings.current.console
        let why = try await read.source().get(["instances", id, "why"])
        console.answer(
            output.output == .text ? WhyText(why: why, style: Style(isColored: console.colorsOutput)).text : JSON.text(why))
    }
}
