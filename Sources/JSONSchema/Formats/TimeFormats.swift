import Values

/// `date-time`, `date`, `time` of RFC 3339 and `duration` of its appendix A.
enum TimeFormats {
    static func isDateTime(_ text: String) -> Bool {
        var reader = TextReader(text)
        return readDate(&reader) && reader.take("T", "t") && readTime(&reader) && reader.isAtEnd
    }

    static func isDate(_ text: String) -> Bool {
        var reader = TextReader(text)
        return readDate(&reader) && reader.isAtEnd
    }

    static func isTime(_ text: String) -> Bool {
        var reader = TextReader(text)
        return readTime(&reader) && reader.isAtEnd
    }

    private static func readDate(_ reader: inout TextReader) -> Bool {
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2), reader.take("-"),
            let day = reader.number(digits: 2), (1...12).contains(month)
        else { return false }
        return (1...CivilTime.daysInMonth(month, year: year)).contains(day)
    }

    /// A leap second is one only at 23:59:60 UTC.
    private static func readTime(_ reader: inout TextReader) -> Bool {
        guard let hour = reader.number(digits: 2), reader.take(":"), let minute = reader.number(digits: 2), reader.take(":"),
            let second = reader.number(digits: 2), hour < 24, minute < 60, second <= 60
        else { return false }
        if reader.take("."), reader.skipDigits() == 0 { return false }
        guard let offset = readOffset(&reader) else { return false }
        if second < 60 { return true }
        let minutesOfDay = (hour * 60 + minute - offset + 2 * 1_440) % 1_440
        return minutesOfDay == 1_439
    }

    /// In minutes.
    private static func readOffset(_ reader: inout TextReader) -> Int? {
        if reader.take("Z", "z") { return 0 }
        let isNegative = reader.take("-")
        guard isNegative || reader.take("+"), let hours = reader.number(digits: 2), reader.take(":"),
            let minutes = reader.number(digits: 2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isNegative ? -1 : 1)
    }

    /// `P` with weeks alone, or with years to seconds in that order and at least one of them.
    static func isDuration(_ text: String) -> Bool {
        var reader = TextReader(text)
        guard reader.take("P") else { return false }
        guard let dateUnits = readUnits(&reader, ["Y", "M", "W", "D"]) else { return false }
        if dateUnits.contains("W") { return dateUnits == ["W"] && reader.isAtEnd }
        guard reader.take("T") else { return !dateUnits.isEmpty && reader.isAtEnd }
        guard let timeUnits = readUnits(&reader, ["H", "M", "S"]) else { return false }
        return !timeUnits.isEmpty && reader.isAtEnd
    }

    /// The units of the numbers that follow, or nil when one has no unit or they are out of order.
    private static func readUnits(_ reader: inout TextReader, _ order: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        var found: [Unicode.Scalar] = []
        var rest = order[...]
        while reader.skipDigits() > 0 {
            guard let unit = rest.firstIndex(where: { reader.take($0) }) else { return nil }
            found.append(order[unit])
            rest = order[(unit + 1)...]
        }
        return found
    }
}
