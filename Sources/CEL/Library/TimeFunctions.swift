import Values

/// The parts of timestamps and durations.
enum TimeFunctions {
    static let all: [Overload] =
        parts.flatMap { part in
            [
                Overload("timestamp.\(part.name)() -> int") { arguments, _ in
                    .int(part.of(CivilTime(secondsSinceEpoch: arguments[0].asTimestamp.seconds), arguments[0].asTimestamp))
                },
                Overload("timestamp.\(part.name)(string) -> int") { arguments, run in
                    let instant = arguments[0].asTimestamp
                    let offset = try offset(of: arguments[1].asText, at: instant, run.options)
                    return .int(part.of(CivilTime(secondsSinceEpoch: instant.seconds, offset: Int64(offset)), instant))
                },
            ]
        } + durations

    private struct Part: Sendable {
        var name: String
        var of: @Sendable (CivilTime, Timestamp) -> Int64

        init(_ name: String, _ of: @escaping @Sendable (CivilTime, Timestamp) -> Int64) {
            self.name = name
            self.of = of
        }
    }

    private static let parts: [Part] = [
        Part("getFullYear") { civil, _ in Int64(civil.year) },
        Part("getMonth") { civil, _ in Int64(civil.month - 1) },
        Part("getDate") { civil, _ in Int64(civil.day) },
        Part("getDayOfMonth") { civil, _ in Int64(civil.day - 1) },
        Part("getDayOfWeek") { civil, _ in Int64(civil.weekday) },
        Part("getDayOfYear") { civil, _ in Int64(civil.dayOfYear) },
        Part("getHours") { civil, _ in Int64(civil.hour) },
        Part("getMinutes") { civil, _ in Int64(civil.minute) },
        Part("getSeconds") { civil, _ in Int64(civil.second) },
        Part("getMilliseconds") { _, instant in Int64(instant.nanoseconds / 1_000_000) },
    ]

    private static let durations: [Overload] = [
        Overload("duration.getHours() -> int") { arguments, _ in .int(arguments[0].asDuration.seconds / 3_600) },
        Overload("duration.getMinutes() -> int") { arguments, _ in .int(arguments[0].asDuration.seconds / 60) },
        Overload("duration.getSeconds() -> int") { arguments, _ in .int(arguments[0].asDuration.seconds) },
        Overload("duration.getMilliseconds() -> int") { arguments, _ in
            .int(Int64(arguments[0].asDuration.nanoseconds / 1_000_000))
        },
    ]

    /// Throws when the zone is not known. Without rules for zones nothing is known of their names.
    static func checkZone(_ zone: String, _ options: ExpressionOptions) throws {
        if options.timeZones != nil { _ = try offset(of: zone, at: Timestamp(microseconds: 0), options) }
    }

    /// Seconds east of UTC of `UTC`, `+05:30`, `-3:00` or an IANA name.
    private static func offset(of zone: String, at instant: Timestamp, _ options: ExpressionOptions) throws -> Int {
        if ["UTC", "Z", "Etc/UTC", "GMT"].contains(zone) { return 0 }
        if let offset = fixedOffset(zone) { return offset }
        guard let rules = options.timeZones else { throw CallFailure("unknown time zone '\(zone)'") }
        guard let offset = rules.offsetSeconds(ofZone: zone, at: instant), offset.magnitude <= 90_000 else {
            throw CallFailure("unknown time zone '\(zone)'")
        }
        return offset
    }

    private static func fixedOffset(_ zone: String) -> Int? {
        var rest = Substring(zone)
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            let hours = UInt8(parts[0]), let minutes = UInt8(parts[1]), hours < 24, minutes < 60
        else { return nil }
        return (Int(hours) * 3_600 + Int(minutes) * 60) * (isNegative ? -1 : 1)
    }
}
