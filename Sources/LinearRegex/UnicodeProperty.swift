import Synchronization

/// `\p{…}` of ECMA-262: general categories, scripts and binary properties.
enum UnicodeProperty {
    /// Reads from after `\p`.
    static func read(
        from scanner: inout PatternScanner, isNegated: Bool, at offset: Int
    ) throws(RegexSyntaxError) -> PatternSet {
        guard scanner.take("{") else { throw scanner.error("a property is written '\\p{…}'", at: offset) }
        var text = ""
        while let character = scanner.next(), character != "}" {
            guard character == "=" || character == "_" || character.isASCII && character.properties.isIDContinue else {
                throw scanner.error("a property is written '\\p{…}'", at: offset)
            }
            text.unicodeScalars.append(character)
        }
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard let set = set(named: parts, isNegated: isNegated) else {
            throw scanner.error("unknown Unicode property '\(text)'", at: offset)
        }
        return set
    }

    private static func set(named parts: [String], isNegated: Bool) -> PatternSet? {
        if parts.count == 2 {
            switch parts[0] {
            case "General_Category", "gc": return category(parts[1], isNegated: isNegated)
            case "Script", "sc", "Script_Extensions", "scx": return script(parts[1], isNegated: isNegated)
            default: return nil
            }
        }
        guard parts.count == 1 else { return nil }
        return category(parts[0], isNegated: isNegated) ?? binary(parts[0], isNegated: isNegated)
    }

    private static func category(_ name: String, isNegated: Bool) -> PatternSet? {
        let short = categoryNames[name] ?? name
        if short == "LC" { return scan(short, isNegated) { ["Lu", "Ll", "Lt"].contains(abbreviation(of: $0)) } }
        // RE2 has no tables for what is unassigned, and its C leaves them out.
        if short == "Cn" || short == "C" { return scan(short, isNegated) { abbreviation(of: $0).hasPrefix(short) } }
        guard categoryNames.values.contains(short) else { return nil }
        return PatternSet(members: "\\\(isNegated ? "P" : "p"){\(short)}")
    }

    private static func abbreviation(of scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        default: ""
        }
    }

    /// The script's long name as Unicode writes it; RE2 knows whether there is one.
    private static func script(_ name: String, isNegated: Bool) -> PatternSet? {
        let long = scriptNames[name] ?? name
        guard !categoryNames.values.contains(long), long != "Any",
            (try? LinearRegularExpression("\\p{\(long)}")) != nil
        else { return nil }
        return PatternSet(members: "\\\(isNegated ? "P" : "p"){\(long)}")
    }

    private static func binary(_ name: String, isNegated: Bool) -> PatternSet? {
        switch name {
        case "Any": return PatternSet(isNegated ? [] : [0...0x10FFFF])
        case "ASCII": return PatternSet([0...0x7F], isNegated: isNegated)
        case "ASCII_Hex_Digit", "AHex": return PatternSet([0x30...0x39, 0x41...0x46, 0x61...0x66], isNegated: isNegated)
        case "Assigned": return scan(name, isNegated) { $0.properties.generalCategory != .unassigned }
        default: return binaryProperties[name].map { property in scan(name, isNegated) { $0.properties[keyPath: property] } }
        }
    }

    /// The ranges found so far by name: a walk over all code points is worth remembering, and there are few names.
    private static let scanned = Mutex<[String: [ClosedRange<UInt32>]]>([:])

    private static func scan(_ name: String, _ isNegated: Bool, _ belongs: (Unicode.Scalar) -> Bool) -> PatternSet {
        if let known = scanned.withLock({ $0[name] }) { return PatternSet(known, isNegated: isNegated) }
        let ranges = ranges(where: belongs)
        scanned.withLock { $0[name] = ranges }
        return PatternSet(ranges, isNegated: isNegated)
    }

    /// The code points with a property, as sorted ranges.
    private static func ranges(where belongs: (Unicode.Scalar) -> Bool) -> [ClosedRange<UInt32>] {
        var ranges: [ClosedRange<UInt32>] = []
        for code in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(code), belongs(scalar) else { continue }
            if let last = ranges.last, last.upperBound + 1 == code {
                ranges[ranges.count - 1] = last.lowerBound...code
            } else {
                ranges.append(code...code)
            }
        }
        return ranges
    }
}

// MARK: - Names

extension UnicodeProperty {
    /// PropertyValueAliases.txt, gc.
    private static let categoryNames: [String: String] = [
        "L": "L", "Letter": "L", "Lu": "Lu", "Uppercase_Letter": "Lu", "Ll": "Ll", "Lowercase_Letter": "Ll",
        "Lt": "Lt", "Titlecase_Letter": "Lt", "LC": "LC", "Cased_Letter": "LC", "Lm": "Lm", "Modifier_Letter": "Lm",
        "Lo": "Lo", "Other_Letter": "Lo", "M": "M", "Mark": "M", "Combining_Mark": "M", "Mn": "Mn", "Nonspacing_Mark": "Mn",
        "Mc": "Mc", "Spacing_Mark": "Mc", "Me": "Me", "Enclosing_Mark": "Me", "N": "N", "Number": "N",
        "Nd": "Nd", "Decimal_Number": "Nd", "digit": "Nd", "Nl": "Nl", "Letter_Number": "Nl", "No": "No",
        "Other_Number": "No", "P": "P", "Punctuation": "P", "punct": "P", "Pc": "Pc", "Connector_Punctuation": "Pc",
        "Pd": "Pd", "Dash_Punctuation": "Pd", "Ps": "Ps", "Open_Punctuation": "Ps", "Pe": "Pe", "Close_Punctuation": "Pe",
        "Pi": "Pi", "Initial_Punctuation": "Pi", "Pf": "Pf", "Final_Punctuation": "Pf", "Po": "Po",
        "Other_Punctuation": "Po", "S": "S", "Symbol": "S", "Sm": "Sm", "Math_Symbol": "Sm", "Sc": "Sc",
        "Currency_Symbol": "Sc", "Sk": "Sk", "Modifier_Symbol": "Sk", "So": "So", "Other_Symbol": "So", "Z": "Z",
        "Separator": "Z", "Zs": "Zs", "Space_Separator": "Zs", "Zl": "Zl", "Line_Separator": "Zl", "Zp": "Zp",
        "Paragraph_Separator": "Zp", "C": "C", "Other": "C", "Cc": "Cc", "Control": "Cc", "cntrl": "Cc", "Cf": "Cf",
        "Format": "Cf", "Cs": "Cs", "Surrogate": "Cs", "Co": "Co", "Private_Use": "Co", "Cn": "Cn", "Unassigned": "Cn",
    ]

    /// The short names of the scripts most in use; all long names work as they are.
    private static let scriptNames: [String: String] = [
        "Arab": "Arabic", "Armn": "Armenian", "Beng": "Bengali", "Bopo": "Bopomofo", "Cyrl": "Cyrillic",
        "Deva": "Devanagari", "Ethi": "Ethiopic", "Geor": "Georgian", "Grek": "Greek", "Gujr": "Gujarati",
        "Guru": "Gurmukhi", "Hang": "Hangul", "Hani": "Han", "Hebr": "Hebrew", "Hira": "Hiragana", "Kana": "Katakana",
        "Khmr": "Khmer", "Knda": "Kannada", "Laoo": "Lao", "Latn": "Latin", "Mlym": "Malayalam", "Mong": "Mongolian",
        "Mymr": "Myanmar", "Orya": "Oriya", "Sinh": "Sinhala", "Taml": "Tamil", "Telu": "Telugu", "Thai": "Thai",
        "Tibt": "Tibetan", "Zinh": "Inherited", "Qaai": "Inherited", "Zyyy": "Common",
    ]

    private nonisolated(unsafe) static let binaryProperties: [String: KeyPath<Unicode.Scalar.Properties, Bool>] = [
        "Alphabetic": \.isAlphabetic, "Alpha": \.isAlphabetic, "Bidi_Control": \.isBidiControl,
        "Bidi_C": \.isBidiControl, "Bidi_Mirrored": \.isBidiMirrored, "Bidi_M": \.isBidiMirrored,
        "Case_Ignorable": \.isCaseIgnorable, "CI": \.isCaseIgnorable, "Cased": \.isCased, "Dash": \.isDash,
        "Default_Ignorable_Code_Point": \.isDefaultIgnorableCodePoint, "DI": \.isDefaultIgnorableCodePoint,
        "Deprecated": \.isDeprecated, "Dep": \.isDeprecated, "Diacritic": \.isDiacritic, "Dia": \.isDiacritic,
        "Emoji": \.isEmoji, "Emoji_Modifier": \.isEmojiModifier, "EMod": \.isEmojiModifier,
        "Emoji_Modifier_Base": \.isEmojiModifierBase, "EBase": \.isEmojiModifierBase,
        "Emoji_Presentation": \.isEmojiPresentation, "EPres": \.isEmojiPresentation, "Extender": \.isExtender,
        "Ext": \.isExtender, "Grapheme_Base": \.isGraphemeBase, "Gr_Base": \.isGraphemeBase,
        "Grapheme_Extend": \.isGraphemeExtend, "Gr_Ext": \.isGraphemeExtend, "Hex_Digit": \.isHexDigit,
        "Hex": \.isHexDigit, "IDS_Binary_Operator": \.isIDSBinaryOperator, "IDSB": \.isIDSBinaryOperator,
        "IDS_Trinary_Operator": \.isIDSTrinaryOperator, "IDST": \.isIDSTrinaryOperator, "ID_Continue": \.isIDContinue,
        "IDC": \.isIDContinue, "ID_Start": \.isIDStart, "IDS": \.isIDStart, "Ideographic": \.isIdeographic,
        "Ideo": \.isIdeographic, "Join_Control": \.isJoinControl, "Join_C": \.isJoinControl,
        "Logical_Order_Exception": \.isLogicalOrderException, "LOE": \.isLogicalOrderException,
        "Lowercase": \.isLowercase, "Lower": \.isLowercase, "Math": \.isMath,
        "Noncharacter_Code_Point": \.isNoncharacterCodePoint, "NChar": \.isNoncharacterCodePoint,
        "Pattern_Syntax": \.isPatternSyntax, "Pat_Syn": \.isPatternSyntax,
        "Pattern_White_Space": \.isPatternWhitespace, "Pat_WS": \.isPatternWhitespace,
        "Quotation_Mark": \.isQuotationMark, "QMark": \.isQuotationMark, "Radical": \.isRadical,
        "Sentence_Terminal": \.isSentenceTerminal, "STerm": \.isSentenceTerminal,
        "Soft_Dotted": \.isSoftDotted, "SD": \.isSoftDotted, "Unified_Ideograph": \.isUnifiedIdeograph,
        "UIdeo": \.isUnifiedIdeograph, "Uppercase": \.isUppercase, "Upper": \.isUppercase,
        "Variation_Selector": \.isVariationSelector, "VS": \.isVariationSelector, "White_Space": \.isWhitespace,
        "space": \.isWhitespace, "XID_Continue": \.isXIDContinue, "XIDC": \.isXIDContinue,
        "XID_Start": \.isXIDStart, "XIDS": \.isXIDStart,
    ]
}
