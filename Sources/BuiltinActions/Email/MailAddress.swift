/// One mailbox: `ada@example.org` or `Ada Lovelace <ada@example.org>`.
struct MailAddress: Sendable, Equatable {
    /// Shown to people; empty where the step gives none.
    var name: String
    var mailbox: String

    /// Nil for what is no address, or could become a second header or a second recipient.
    init?(_ text: String) {
        let text = text.trimmingSpaces()
        guard text.unicodeScalars.allSatisfy({ !$0.isMailControl }) else { return nil }
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            name = String(text[..<open]).trimmingSpaces()
            if name.hasPrefix("\""), name.hasSuffix("\""), name.utf8.count >= 2 { name = String(name.dropFirst().dropLast()) }
            guard !name.contains(where: { "\"<>\\".contains($0) }) else { return nil }
            mailbox = String(text[text.index(after: open)...].dropLast())
        } else {
            name = ""
            mailbox = text
        }
        guard Self.isMailbox(mailbox) else { return nil }
    }

    /// RFC 5321 §4.1.2 without quoted local parts, comments and address literals: nobody writes those into a workflow.
    static func isMailbox(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count) else { return false }
        let atoms = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return atoms.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAtomCharacter) } && labels.allSatisfy(isLabel)
            // A local part that looks like an option could be taken for one by a transport.
            && !text.hasPrefix("-")
    }

    private static func isAtomCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            && !label.hasPrefix("-") && !label.hasSuffix("-")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    var domain: String { mailbox.split(separator: "@").last.map { String($0) } ?? "localhost" }

    /// As it stands in a header.
    var header: String { name.isEmpty ? mailbox : "\(MailEncoding.phrase(name)) <\(mailbox)>" }
}

extension Unicode.Scalar {
    /// A line break or another control character, which has no place in a header.
    var isMailControl: Bool {
        value < 0x20 || value == 0x7F || (0x80...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}

extension StringProtocol {
    fileprivate func trimmingSpaces() -> String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
