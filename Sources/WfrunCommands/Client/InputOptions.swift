import ArgumentParser
import CEL
import Values

/// What a new instance gets as input.
struct InputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The input as JSON, '@FILE' for a file, '-' for standard input.", valueName: "json"))
    var input: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Sets one field of the input; 'a.b=1' goes deeper. May be repeated.", valueName: "field=value"))
    var assignments: [String] = []

    /// - Parameter typeName: The declared type of a field by its path, as far as it is known: it decides whether `1` is text.
    func value(typeName: ([String]) -> String?) throws(CommandFailure) -> Value {
        var value = try base()
        for assignment in assignments {
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, path.allSatisfy({ !$0.isEmpty }) else {
                throw CommandFailure(.usage, "'--set \(assignment)' does not have the form field=value.")
            }
            value = Self.setting(path[...], to: Self.typed(parts[1], typeName(path)), in: value)
        }
        return value
    }

    private func base() throws(CommandFailure) -> Value {
        guard let input else { return [:] }
        let bytes: [UInt8]
        do throws(Files.Failure) {
            bytes =
                if input == "-" {
                    try Files.readStandardInput()
                } else if input.hasPrefix("@") {
                    try Files.read(String(input.dropFirst()))
                } else {
                    Array(input.utf8)
                }
        } catch {
            throw CommandFailure(.failed, "The input cannot be read: \(error.path): \(error.reason).")
        }
        do throws(JSON.SyntaxError) {
            return try JSON.parse(bytes)
        } catch {
            throw CommandFailure(.bad, "The input is not valid JSON: \(error).")
        }
    }

    private static func typed(_ text: String, _ type: String?) -> Value {
        switch type {
        case "string", "timestamp", "duration": return .string(text)
        case let type? where type.hasPrefix("list") || type.hasPrefix("map") || type == "object":
            return (try? JSON.parse(text)) ?? .string(text)
        default: return SettingsFile.plainValue(text)
        }
    }

    private static func setting(_ path: ArraySlice<String>, to new: Value, in value: Value) -> Value {
        guard let name = path.first else { return new }
        var map = value.mapValue ?? [:]
        map[name] = setting(path.dropFirst(), to: new, in: map[name] ?? [:])
        return .map(map)
    }
}

/// The language's name of a field's type, enough to tell a string from a number.
func fieldTypeName(_ type: StaticType, _ path: [String]) -> String? {
    var type = type.withoutNull
    for name in path {
        guard case .record(let record) = type, let field = record.field(name) else { return nil }
        type = field.type.withoutNull
    }
    switch type {
    case .string, .enumeration, .secret, .timestamp, .duration: return "string"
    case .list: return "list"
    case .map, .record: return "object"
    default: return nil
    }
}
