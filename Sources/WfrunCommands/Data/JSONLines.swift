import Values

/// A conversation in JSON lines: each line of standard input is an object, and gets one line of output with the same `id`.
///
/// A line that cannot be answered gets an `error` and the rest goes on.
struct JSONLines {
    /// Why a line has no answer.
    struct Refusal: Error {
        /// A diagnostic's code, a failure's, or `json` for a line that is not what was asked for.
        var code: String
        var message: String
        /// Where in the expression, in bytes of UTF-8.
        var offset: Int?

        init(code: String, message: String, offset: Int? = nil) {
            self.code = code
            self.message = message
            self.offset = offset
        }

        /// The line is no object of the form that was asked for.
        static func malformed(_ message: String, offset: Int? = nil) -> Refusal {
            Refusal(code: "json", message: message, offset: offset)
        }

        fileprivate var value: Value {
            var fields: ValueMap = ["code": .string(code), "message": .string(message)]
            if let offset { fields["offset"] = .int(Int64(offset)) }
            return .map(fields)
        }
    }

    private static let depth = 256

    /// Answers until the input ends.
    static func answer(_ respond: (ValueMap) throws(Refusal) -> [(String, Value)]) throws(CommandFailure) {
        let surroundings = Surroundings.current
        var lines = LineReader(surroundings.input)
        do throws(Files.Failure) {
            while let line = try lines.next() {
                if line.isBlank { continue }
                surroundings.console.answer(JSON.text(.map(answered(line, respond))))
            }
        } catch {
            throw CommandFailure(.failed, "Standard input cannot be read: \(error.reason).")
        }
    }

    private static func answered(
        _ line: LineReader.Line, _ respond: (ValueMap) throws(Refusal) -> [(String, Value)]
    ) -> ValueMap {
        var answer: ValueMap = ["id": .null]
        do throws(Refusal) {
            let request = try object(line)
            if let id = request["id"] { answer["id"] = id }
            for (name, value) in try respond(request) { answer[name] = value }
        } catch {
            answer["error"] = error.value
        }
        return answer
    }

    private static func object(_ line: LineReader.Line) throws(Refusal) -> ValueMap {
        guard case .whole(let bytes) = line else {
            throw .malformed("the line is longer than \(LineReader.longestLine) bytes")
        }
        let value: Value
        do throws(JSON.SyntaxError) {
            value = try JSON.parse(bytes, limits: JSON.Limits(depth: depth))
        } catch {
            throw .malformed(error.message, offset: error.offset)
        }
        guard case .map(let object) = value else { throw .malformed("expected an object, found \(value.kindName)") }
        return object
    }
}

extension ValueMap {
    func text(_ name: String) throws(JSONLines.Refusal) -> String {
        guard let text = try optionalText(name) else { throw .malformed("the line has no '\(name)'") }
        return text
    }

    func optionalText(_ name: String) throws(JSONLines.Refusal) -> String? {
        switch self[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let other?: throw .malformed("'\(name)' must be a string, not \(other.kindName)")
        }
    }
}

/// Reads a descriptor line by line, so that a line is answered as soon as it has come.
struct LineReader {
    enum Line {
        case whole([UInt8])
        /// What was left of it is skipped.
        case tooLong

        var isBlank: Bool {
            guard case .whole(let bytes) = self else { return false }
            return bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        }
    }

    static let longestLine = 16 << 20

    private let descriptor: Int32
    private var buffer: ArraySlice<UInt8> = []
    private var isAtEnd = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The next line without its line feed; nil at the end.
    mutating func next() throws(Files.Failure) -> Line? {
        var line: [UInt8] = []
        var isTooLong = false
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                line += buffer[..<end]
                buffer = buffer[(end + 1)...]
                return isTooLong || line.count > Self.longestLine ? .tooLong : .whole(line)
            }
            if !isTooLong { line += buffer }
            buffer = []
            if line.count > Self.longestLine {
                isTooLong = true
                line = []
            }
            guard try fill() else { return isTooLong ? .tooLong : line.isEmpty ? nil : .whole(line) }
        }
    }

    private mutating func fill() throws(Files.Failure) -> Bool {
        if isAtEnd { return false }
        buffer = try Files.readSome(descriptor)[...]
        isAtEnd = buffer.isEmpty
        return !isAtEnd
    }
}
