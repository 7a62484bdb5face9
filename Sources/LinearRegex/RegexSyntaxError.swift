import CRE2

/// Why a pattern was refused.
package struct RegexSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// No legal pattern in its dialect.
        case syntax
        /// Legal, but no linear-time engine can match it (look-around, back-references), or it exceeds a limit.
        case unsupported
    }

    /// One sentence without a full stop.
    package let message: String
    /// In bytes of the pattern's UTF-8: where the fault begins.
    package let offset: Int
    package let kind: Kind

    package init(message: String, offset: Int, kind: Kind) {
        self.message = message
        self.offset = offset
        self.kind = kind
    }

    package var description: String { "\(message) at byte \(offset) of the pattern" }

    init(_ error: cre2_error, in pattern: String, dialect: LinearRegularExpression.Dialect) {
        // What RE2 refuses in a translated pattern was legal as written: it is over a limit of RE2.
        guard dialect == .re2 else {
            self.init(message: "the pattern is too large once its repetitions are written out", offset: 0, kind: .unsupported)
            return
        }
        let fragment = Self.text(error.fragment)
        let (kind, message) = Self.reading(error, fragment: fragment)
        self.init(message: message, offset: Self.offset(of: fragment, problem: error.problem, in: pattern), kind: kind)
    }

    private static func reading(_ error: cre2_error, fragment: String) -> (Kind, String) {
        switch error.problem {
        case cre2_problem_bad_group where ["(?=", "(?!", "(?<=", "(?<!"].contains { fragment.hasPrefix($0) }:
            return (.unsupported, "look-ahead and look-behind cannot be matched in linear time")
        case cre2_problem_bad_group where fragment.hasPrefix("(?<"):
            return (.unsupported, "look-behind cannot be matched in linear time; a named group is written '(?P<name>…)'")
        case cre2_problem_bad_escape where isBackReference(fragment):
            return (.unsupported, "back-references cannot be matched in linear time")
        case cre2_problem_too_large, cre2_problem_out_of_memory:
            return (.unsupported, "the pattern is too large once its repetitions are written out")
        default:
            let reason = text(error.message)
            return (.syntax, fragment.isEmpty || reason.hasSuffix(fragment) ? reason : "\(reason): '\(fragment)'")
        }
    }

    private static func isBackReference(_ fragment: String) -> Bool {
        guard fragment.hasPrefix("\\"), let letter = fragment.unicodeScalars.dropFirst().first else { return false }
        return ("1"..."9").contains(letter) || letter == "k"
    }

    /// RE2 names the part at fault, not its place: the first place where the pattern has it.
    private static func offset(of fragment: String, problem: cre2_problem, in pattern: String) -> Int {
        let haystack = Array(pattern.utf8)
        let needle = Array(fragment.utf8)
        if problem == cre2_problem_missing_parenthesis && needle.count == haystack.count { return haystack.count }
        guard !needle.isEmpty, needle.count <= haystack.count else { return 0 }
        return (0...haystack.count - needle.count).first { haystack[$0..<$0 + needle.count].elementsEqual(needle) } ?? 0
    }

    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
