import Glibc
import Synchronization
import WfrunCommands

/// One command line, run in this process, with what it printed.
struct CommandLineRun: Sendable {
    var code: Int32
    var output: String
    var talk: String

    /// - Parameter environment: All the command sees; nothing of the test's own.
    /// - Parameter input: What the command reads from standard input, line by line.
    static func of(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil
    ) async -> CommandLineRun {
        await of(arguments, environment: environment, input: input)
    }

    static func of(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) async -> CommandLineRun {
        let output = Collected()
        let talk = Collected()
        let console = Console(output: { output.add($0) }, errors: { talk.add($0) })
        let folder = TemporaryFolder()
        let descriptor = input.map { open(folder.write("input", $0), O_RDONLY) } ?? -1
        defer { if descriptor >= 0 { close(descriptor) } }
        let code = await runWfrun(
            arguments, surroundings: Surroundings(console: console, environment: environment, input: descriptor))
        return CommandLineRun(code: code, output: output.text, talk: talk.text)
    }
}

private final class Collected: Sendable {
    private let content = Mutex("")
    func add(_ more: String) { content.withLock { $0 += more } }
    var text: String { content.withLock { $0 } }
}
