import Glibc
import Synchronization

/// Where a command writes: the answer to stdout, talk to stderr, colour only on a terminal and without `NO_COLOR`.
package struct Console: Sendable {
    package typealias Sink = @Sendable (String) -> Void

    let output: Sink
    let errors: Sink
    let colorsOutput: Bool
    let colorsErrors: Bool
    /// Stderr is a terminal: progress is worth showing.
    let isInteractive: Bool

    package init(
        output: @escaping Sink, errors: @escaping Sink, colorsOutput: Bool = false, colorsErrors: Bool = false,
        isInteractive: Bool = false
    ) {
        self.output = output
        self.errors = errors
        self.colorsOutput = colorsOutput
        self.colorsErrors = colorsErrors
        self.isInteractive = isInteractive
    }

    package static func process(environment: [String: String]) -> Console {
        let allowsColor = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        return Console(
            output: { writeAll($0, to: STDOUT_FILENO) }, errors: { writeAll($0, to: STDERR_FILENO) },
            colorsOutput: allowsColor && isatty(STDOUT_FILENO) == 1, colorsErrors: allowsColor && isatty(STDERR_FILENO) == 1,
            isInteractive: isatty(STDERR_FILENO) == 1)
    }

    /// A line or more of the answer.
    func answer(_ text: String) { output(text.hasSuffix("\n") ? text : text + "\n") }

    /// A line or more for people.
    func talk(_ text: String) { errors(text.hasSuffix("\n") ? text : text + "\n") }
}

/// A reader that went away (`| head`) is no error worth telling.
private func writeAll(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if written > 0 {
            rest = rest.dropFirst(written)
        } else if errno != EINTR {
            return
        }
    }
}

/// What surrounds a command: where it writes, what it may read, the environment it sees.
package struct Surroundings: Sendable {
    package var console: Console
    package var environment: [String: String]
    /// The descriptor from which commands read lines.
    package var input: Int32

    package init(console: Console, environment: [String: String], input: Int32 = STDIN_FILENO) {
        self.console = console
        self.environment = environment
        self.input = input
    }

    @TaskLocal package static var current = Surroundings.process()

    package static func process() -> Surroundings {
        let environment = processEnvironment()
        return Surroundings(console: .process(environment: environment), environment: environment)
    }

    private static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let pair = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            next += 1
        }
        return variables
    }
}

/// Colours and weights of a terminal; plain text elsewhere.
struct Style: Sendable {
    enum Ink: String { case red = "31", green = "32", yellow = "33", blue = "34", faint = "2", bold = "1" }

    let isColored: Bool

    func callAsFunction(_ text: String, _ ink: Ink) -> String {
        isColored ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// Text from outside as it may be shown: control characters escaped, so nothing can steer the terminal.
func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
            result += scalar == "\n" ? "\\n" : scalar == "\t" ? "\\t" : "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
