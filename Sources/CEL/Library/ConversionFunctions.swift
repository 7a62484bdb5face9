import Values

/// `int(x)`, `string(x)` and the others that turn one kind into another (CEL language definition, "Type Conversion").
enum ConversionFunctions {
    static let all: [Overload] =
        [
            Overload("bool(bool) -> bool", same), Overload("int(int) -> int", same), Overload("uint(uint) -> uint", same),
            Overload("double(double) -> double", same), Overload("string(string) -> string", same),
            Overload("bytes(bytes) -> bytes", same), Overload("timestamp(timestamp) -> timestamp", same),
            Overload("duration(duration) -> duration", same),
        ] + numbers + texts + times

    private static let same: Overload.Body = { arguments, _ in arguments[0] }

    private static let numbers: [Overload] = [
        Overload("int(uint) -> int") { arguments, _ in
            guard let number = Int64(exactly: arguments[0].asUInt) else { throw CallFailure("integer overflow") }
            return .int(number)
        },
        Overload("int(double) -> int") { arguments, _ in
            let number = arguments[0].asDouble
            // The limits themselves are not exactly representable; CEL refuses them.
            guard number > -0x1p63, number < 0x1p63 else { throw CallFailure("integer overflow") }
            return .int(Int64(number))
        },
        Overload("int(string) -> int") { arguments, _ in
            guard let number = Int64(arguments[0].asText) else { throw unreadable(arguments[0], "an integer") }
            return .int(number)
        },
        Overload("int(timestamp) -> int") { arguments, _ in .int(arguments[0].asTimestamp.seconds) },
        Overload("int(duration) -> int", isWorkflowOnly: true) { arguments, _ in .int(arguments[0].asDuration.seconds) },
        Overload("uint(int) -> uint") { arguments, _ in
            guard let number = UInt64(exactly: arguments[0].asInt) else { throw CallFailure("unsigned integer overflow") }
            return .uint(number)
        },
        Overload("uint(double) -> uint") { arguments, _ in
            let number = arguments[0].asDouble
            guard number >= 0, number < 0x1p64 else { throw CallFailure("unsigned integer overflow") }
            return .uint(UInt64(number))
        },
        Overload("uint(string) -> uint") { arguments, _ in
            guard let number = UInt64(arguments[0].asText) else { throw unreadable(arguments[0], "an unsigned integer") }
            return .uint(number)
        },
        Overload("double(int) -> double") { arguments, _ in .double(Double(arguments[0].asInt)) },
        Overload("double(uint) -> double") { arguments, _ in .double(Double(arguments[0].asUInt)) },
        Overload("double(string) -> double") { arguments, _ in
            guard let number = Double(arguments[0].asText) else { throw unreadable(arguments[0], "a number") }
            return .double(number)
        },
        Overload("bool(string) -> bool") { arguments, _ in
            switch arguments[0].asText {
            case "1", "t", "T", "true", "TRUE", "True": return true
            case "0", "f", "F", "false", "FALSE", "False": return false
            default: throw unreadable(arguments[0], "a boolean")
            }
        },
    ]

    private static let texts: [Overload] = [
        Overload("string(bool) -> string", display), Overload("string(int) -> string", display),
        Overload("string(uint) -> string") { arguments, _ in .string(String(arguments[0].asUInt)) },
        Overload("string(double) -> string", display), Overload("string(timestamp) -> string", display),
        Overload("string(duration) -> string", display),
        Overload("string(bytes) -> string") { arguments, run in
            try run.charge(bytes: arguments[0].asBytes.count)
            guard let text = String(validating: arguments[0].asBytes, as: UTF8.self) else {
                throw CallFailure("these bytes are not UTF-8")
            }
            return .string(text)
        },
        Overload("bytes(string) -> bytes") { arguments, run in
            try run.charge(bytes: arguments[0].asText.utf8.count)
            return .bytes(Array(arguments[0].asText.utf8))
        },
    ]

    private static let display: Overload.Body = { arguments, _ in .string(Display.text(arguments[0])) }

    private static let times: [Overload] = [
        Overload("timestamp(string) -> timestamp") { arguments, _ in
            guard let instant = Timestamp(rfc3339: arguments[0].asText) else { throw unreadable(arguments[0], "a timestamp") }
            return .timestamp(instant)
        },
        Overload("timestamp(int) -> timestamp") { arguments, _ in
            guard let instant = Timestamp(seconds: arguments[0].asInt) else { throw CallFailure("timestamp out of range") }
            return .timestamp(instant)
        },
        Overload("duration(string) -> duration") { arguments, run in
            let text = arguments[0].asText
            if let span = TimeSpan(celDuration: text) { return .duration(span) }
            if run.isWorkflow, let span = TimeSpan(durationLiteral: text) { return .duration(span) }
            throw unreadable(arguments[0], "a duration")
        },
        Overload("duration(int) -> duration", isWorkflowOnly: true) { arguments, _ in
            guard let span = TimeSpan(seconds: arguments[0].asInt) else { throw CallFailure("duration out of range") }
            return .duration(span)
        },
    ]

    private static func unreadable(_ value: Value, _ wanted: String) -> CallFailure {
        CallFailure("\(Display.text(value)) is not \(wanted)")
    }
}
