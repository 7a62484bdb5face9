import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version of wfrun.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = Surroundings.current.console
        console.answer(output.output == .text ? "wfrun \(wfrunVersion)" : "{\"version\":\"\(wfrunVersion)\"}")
    }
}
