import Values

/// Reads cron expressions; every complaint knows the bytes it is about.
struct CronParser {
    private let bytes: [UInt8]
    private let text: String

    private static let shorthands: [String: String] = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    mutating func fields() throws(CronSyntaxError) -> [CronExpression.FieldValues] {
        let words = words(in: 0..<bytes.count) { $0 == 0x20 || $0 == 0x09 }.filter { !$0.isEmpty }
        if let first = words.first, bytes[first.lowerBound] == UInt8(ascii: "@") { return try shorthand(words) }
        guard words.count == CronField.allCases.count else { throw wrongCount(words) }
        var fields: [CronExpression.FieldValues] = []
        for (field, word) in zip(CronField.allCases, words) { fields.append(try values(of: field, in: word)) }
        try checkDates(fields, words)
        return fields
    }

    private func shorthand(_ words: [Range<Int>]) throws(CronSyntaxError) -> [CronExpression.FieldValues] {
        let range = words[0].lowerBound..<words[words.count - 1].upperBound
        let name = string(range)
        guard let expansion = Self.shorthands[name.lowercased()] else {
            let known = Self.shorthands.keys.sorted().joined(separator: ", ")
            throw CronSyntaxError(message: "unknown schedule '\(name)'; there are \(known)", range: range)
        }
        var parser = CronParser(expansion)
        return try parser.fields()
    }

    private func wrongCount(_ words: [Range<Int>]) -> CronSyntaxError {
        let expected = "expected 5 fields (minute hour day month weekday)"
        if words.count > 5 {
            let hint = words.count == 6 ? "; there is no field for seconds" : ""
            return CronSyntaxError(
                message: "\(expected), found \(words.count)\(hint)",
                range: words[5].lowerBound..<words[words.count - 1].upperBound)
        }
        return CronSyntaxError(message: "\(expected), found \(words.count)", range: 0..<bytes.count)
    }

    // MARK: One field

    /// `item,item,…`
    private func values(of field: CronField, in range: Range<Int>) throws(CronSyntaxError) -> CronExpression.FieldValues {
        var values = CronExpression.FieldValues()
        values.beginsWithStar = bytes[range.lowerBound] == UInt8(ascii: "*")
        for item in words(in: range, separatedBy: { $0 == UInt8(ascii: ",") }) {
            guard !item.isEmpty else {
                throw error(field, "an empty item in the list of the \(field.name) field", at: around(item))
            }
            for value in try members(of: field, in: item) {
                values.insert(field == .weekday && value == 7 ? 0 : value)
            }
        }
        return values
    }

    /// `*`, `a`, `a-b`, and a step after `*` or a range.
    private func members(of field: CronField, in item: Range<Int>) throws(CronSyntaxError) -> StrideThrough<Int> {
        let slash = bytes[item].firstIndex(of: UInt8(ascii: "/"))
        let base = item.lowerBound..<(slash ?? item.upperBound)
        var isRange = true
        var low = field.range.lowerBound
        var high = field == .weekday ? 6 : field.range.upperBound
        if string(base) != "*" {
            (low, high, isRange) = try bounds(of: field, in: base)
        }
        guard let slash else { return stride(from: low, through: high, by: 1) }
        guard isRange else {
            let suggestion = "\(string(base))-\(field.range.upperBound)\(string(slash..<item.upperBound))"
            throw error(field, "a step needs '*' or a range, as in '\(suggestion)'", at: item)
        }
        let step = slash + 1..<item.upperBound
        guard let number = number(step), number > 0 else {
            throw error(field, "a step must be a positive number", at: step.isEmpty ? slash..<slash + 1 : step)
        }
        guard number <= field.range.upperBound else {
            throw error(field, "a step of \(number) is more than the \(field.name) field holds", at: step)
        }
        return stride(from: low, through: high, by: number)
    }

    private func bounds(of field: CronField, in base: Range<Int>) throws(CronSyntaxError) -> (Int, Int, isRange: Bool) {
        guard !base.isEmpty else { throw error(field, "a value is missing in the \(field.name) field", at: around(base)) }
        guard let hyphen = bytes[base].firstIndex(of: UInt8(ascii: "-")) else {
            let value = try self.value(of: field, in: base)
            return (value, value, false)
        }
        let low = try value(of: field, in: base.lowerBound..<hyphen)
        var high = try value(of: field, in: hyphen + 1..<base.upperBound)
        // Sunday ends a week as well as it begins one.
        if field == .weekday && high == 0 && low > 0 { high = 7 }
        guard low <= high else {
            throw error(field, "the range '\(string(base))' runs backwards; write two ranges with a comma", at: base)
        }
        return (low, high, true)
    }

    private func value(of field: CronField, in range: Range<Int>) throws(CronSyntaxError) -> Int {
        guard !range.isEmpty else { throw error(field, "a value is missing in the \(field.name) field", at: around(range)) }
        let legal = "\(field.range.lowerBound) to \(field.range.upperBound)"
        if let number = number(range) {
            guard field.range.contains(number) else {
                throw error(field, "\(field.name) \(string(range)) is out of range, which is \(legal)", at: range)
            }
            return number
        }
        let word = string(range).lowercased()
        switch field {
        case .month: if let index = Self.months.firstIndex(of: word) { return index + 1 }
        case .weekday: if let index = Self.weekdays.firstIndex(of: word) { return index }
        case .minute, .hour, .day: break
        }
        let names = field == .month ? ", or JAN to DEC" : field == .weekday ? ", or SUN to SAT" : ""
        throw error(field, "'\(string(range))' is no \(field.name); expected \(legal)\(names)", at: range)
    }

    /// Days that no month of the expression has can never come, unless weekdays count on their own.
    private func checkDates(_ fields: [CronExpression.FieldValues], _ words: [Range<Int>]) throws(CronSyntaxError) {
        let days = fields[CronField.day.rawValue]
        let months = fields[CronField.month.rawValue]
        let weekdays = fields[CronField.weekday.rawValue]
        guard days.beginsWithStar || weekdays.beginsWithStar, let first = days.first(from: 1) else { return }
        // 2000 was a leap year.
        let longest = (1...12).filter(months.contains).map { CivilTime.daysInMonth($0, year: 2_000) }.max() ?? 31
        guard first > longest else { return }
        throw error(.day, "day \(first) never comes in the months of this expression", at: words[CronField.day.rawValue])
    }

    // MARK: Bytes

    private func error(_ field: CronField, _ message: String, at range: Range<Int>) -> CronSyntaxError {
        CronSyntaxError(message: message, range: range, field: field)
    }

    /// An empty range with what stands next to it, so that there is something to mark.
    private func around(_ range: Range<Int>) -> Range<Int> {
        guard range.isEmpty else { return range }
        return range.lowerBound < bytes.count ? range.lowerBound..<range.lowerBound + 1 : max(0, bytes.count - 1)..<bytes.count
    }

    private func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Decimal digits and nothing else, cut off far above any field.
    private func number(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty, bytes[range].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return bytes[range].reduce(0) { min($0 * 10 + Int($1 - 0x30), 1_000_000) }
    }

    private func words(in range: Range<Int>, separatedBy isSeparator: (UInt8) -> Bool) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where isSeparator(bytes[index]) {
            words.append(start..<index)
            start = index + 1
        }
        words.append(start..<range.upperBound)
        return words
    }
}
