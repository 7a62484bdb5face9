import Values

/// JSON given on the command line, or in a file named there with `@`.
enum JSONArgument {
    /// - Parameter what: what it is, for messages: "The variables".
    static func object(_ argument: String, what: String) throws(CommandFailure) -> ValueMap {
        let bytes: [UInt8]
        do throws(Files.Failure) {
            bytes = argument.hasPrefix("@") ? try Files.read(String(argument.dropFirst())) : Array(argument.utf8)
        } catch {
            throw CommandFailure(
                error.isMissing ? .notFound : .failed, "\(what) cannot be read: \(error.path): \(error.reason).")
        }
        let value: Value
        do throws(JSON.SyntaxError) {
            value = try JSON.parse(bytes)
        } catch {
            throw CommandFailure(.usage, "\(what) are not valid JSON: \(error).")
        }
        guard case .map(let map) = value else {
            throw CommandFailure(.usage, "\(what) must be a JSON object, not \(value.kindName).")
        }
        return map
    }
}
