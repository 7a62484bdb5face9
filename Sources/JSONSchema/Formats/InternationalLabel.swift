import LinearRegex

/// U-labels of RFC 5890: which characters may stand in them, by RFC 5892, and where.
///
/// The standard library has no bidirectional classes and no joining types: the bidi rule of RFC 5893 is not checked, and a
/// zero-width non-joiner is judged by the letters of the Arabic script, where it is used.
enum InternationalLabel {
    static func isValid(_ label: [Unicode.Scalar]) -> Bool {
        guard let first = label.first, let last = label.last, first != "-", last != "-",
            !(label.count >= 4 && label[2] == "-" && label[3] == "-"), !isMark(first)
        else { return false }
        return label.indices.allSatisfy { isPermitted(label, at: $0) } && !mixesArabicDigits(label)
    }

    private static func isPermitted(_ label: [Unicode.Scalar], at index: Int) -> Bool {
        let before = index > 0 ? label[index - 1] : nil
        let after = index + 1 < label.count ? label[index + 1] : nil
        switch label[index].value {
        // RFC 5892, appendix A: characters that depend on their context.
        case 0x00B7: return before == "l" && after == "l"
        case 0x0375: return after.map { belongs($0, to: greek) } ?? false
        case 0x05F3, 0x05F4: return before.map { belongs($0, to: hebrew) } ?? false
        case 0x30FB: return label.contains { belongs($0, to: japanese) }
        case 0x200D: return before.map(isVirama) ?? false
        case 0x200C: return before.map(isVirama) ?? false || joins(label, around: index)
        default: return isAlwaysPermitted(label[index])
        }
    }

    /// RFC 5892 §2 and §3.
    private static func isAlwaysPermitted(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // §2.6, exceptions.
        case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007: return true
        case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
        // §2.9, old Hangul jamo, and §2.4, blocks of symbols.
        case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7C6, 0xD7CB...0xD7FB: return false
        case 0x20D0...0x20FF, 0x1D100...0x1D24F: return false
        case 0x2D, 0x30...0x39, 0x61...0x7A: return true
        default: break
        }
        let properties = scalar.properties
        if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint || properties.isWhitespace
            || properties.isNoncharacterCodePoint
        {
            return false
        }
        switch properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .decimalNumber, .modifierLetter, .nonspacingMark,
            .spacingMark:
            return true
        default: return false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isVirama(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.canonicalCombiningClass == .virama
    }

    /// Arabic-Indic and extended Arabic-Indic digits exclude each other.
    private static func mixesArabicDigits(_ label: [Unicode.Scalar]) -> Bool {
        label.contains { (0x0660...0x0669).contains($0.value) } && label.contains { (0x06F0...0x06F9).contains($0.value) }
    }

    /// Whether letters that connect stand on both sides, marks between them aside.
    private static func joins(_ label: [Unicode.Scalar], around index: Int) -> Bool {
        guard let before = label[..<index].last(where: { !isMark($0) }),
            let after = label[(index + 1)...].first(where: { !isMark($0) })
        else { return false }
        return belongs(before, to: connectingToNext) && belongs(after, to: arabicLetters)
    }

    // MARK: Scripts, by RE2's tables

    private static let greek = try? LinearRegularExpression(#"^\p{Greek}$"#)
    private static let hebrew = try? LinearRegularExpression(#"^\p{Hebrew}$"#)
    private static let japanese = try? LinearRegularExpression(#"^[\p{Hiragana}\p{Katakana}\p{Han}]$"#)
    private static let arabicLetters = try? LinearRegularExpression(#"^[\x{620}-\x{64A}\x{66E}-\x{6D3}\x{6EE}-\x{6FF}]$"#)
    /// Without those that connect to the right only, such as alef, dal, reh and waw.
    private static let connectingToNext = try? LinearRegularExpression(
        #"^[\x{620}\x{626}\x{628}\x{62A}-\x{62E}\x{633}-\x{647}\x{649}\x{64A}\x{66E}\x{66F}\x{678}-\x{687}"#
            + #"\x{69A}-\x{6BF}\x{6C1}\x{6C2}\x{6CC}\x{6CE}\x{6D0}\x{6D1}\x{6FA}-\x{6FF}]$"#)

    private static func belongs(_ scalar: Unicode.Scalar, to script: LinearRegularExpression?) -> Bool {
        script?.matches(String(Character(scalar))) ?? false
    }
}
