import Values
import WorkflowJournal

/// What a step asks of `shell`, checked.
struct ShellRequest: Sendable {
    enum Parse: String, Sendable { case text, json, lines }

    /// The program and its arguments; of a script, `/bin/sh -c SCRIPT`.
    var arguments: [String]
    /// What the step declares, without the variables every command gets.
    var environment: [(name: String, value: String)]
    var folder: String?
    var standardInput: [UInt8]
    var parse: Parse
    var timeout: Duration

    init(_ value: Value) throws(Failure) {
        let input = ActionInput(value)
        arguments = try Self.arguments(input)
        environment = try Self.environment(input)
        folder = try input.string("dir")
        standardInput = Array((try input.string("stdin") ?? "").utf8)
        guard let parse = Parse(rawValue: try input.string("parse") ?? "text") else {
            throw .misfit("parse must be text, json or lines")
        }
        self.parse = parse
        timeout = try input.duration("timeout") ?? .seconds(300)
        if let folder { try Self.refuseNul(folder, in: "dir") }
    }

    private static func arguments(_ input: ActionInput) throws(Failure) -> [String] {
        let script = try input.string("script")
        guard let argv = input["argv"] else {
            guard let script else { throw .misfit("argv or script is missing") }
            try refuseNul(script, in: "script")
            return ["/bin/sh", "-c", script]
        }
        guard script == nil else { throw .misfit("argv and script cannot both be given") }
        var arguments: [String] = []
        for item in argv.listValue ?? [] {
            guard let text = ActionInput.text(of: item) else { throw .misfit("argv must be a list of strings") }
            try refuseNul(text, in: "argv")
            arguments.append(text)
        }
        guard let program = arguments.first, !program.isEmpty else { throw .misfit("argv must begin with a command") }
        return arguments
    }

    private static func environment(_ input: ActionInput) throws(Failure) -> [(name: String, value: String)] {
        let variables = try input.texts("env")
        for (name, value) in variables {
            let isName =
                name.utf8.first.map { !(0x30...0x39).contains($0) } == true
                && name.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == UInt8(ascii: "_")
                }
            guard isName else { throw .misfit("env: '\(name)' is no variable name") }
            try refuseNul(value, in: "env.\(name)")
        }
        return variables
    }

    private static func refuseNul(_ text: String, in name: String) throws(Failure) {
        if text.utf8.contains(0) { throw .misfit("\(name) has a NUL character") }
    }
}
