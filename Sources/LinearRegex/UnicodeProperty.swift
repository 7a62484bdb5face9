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
        default: return binaryProperties[name].map { property in scan(name, isNegated) { property($0.properties) } }
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

    private static let binaryProperties: [String: @Sendable (Unicode.Scalar.Properties) -> Bool] = [
        "Alphabetic": { $0.isAlphabetic }, "Alpha": { $0.isAlphabetic }, "Bidi_Control": { $0.isBidiControl },
        "Bidi_C": { $0.isBidiControl }, "Bidi_Mirrored": { $0.isBidiMirrored }, "Bidi_M": { $0.isBidiMirrored },
        "Case_Ignorable": { $0.isCaseIgnorable }, "CI": { $0.isCaseIgnorable }, "Cased": { $0.isCased }, "Dash": { $0.isDash },
        "Default_Ignorable_Code_Point": { $0.isDefaultIgnorableCodePoint }, "DI": { $0.isDefaultIgnorableCodePoint },
        "Deprecated": { $0.isDeprecated }, "Dep": { $0.isDeprecated }, "Diacritic": { $0.isDiacritic },
        "Dia": { $0.isDiacritic },
        "Emoji": { $0.isEmoji }, "Emoji_Modifier": { $0.isEmojiModifier }, "EMod": { $0.isEmojiModifier },
        "Emoji_Modifier_Base": { $0.isEmojiModifierBase }, "EBase": { $0.isEmojiModifierBase },
        "Emoji_Presentation": { $0.isEmojiPresentation }, "EPres": { $0.isEmojiPresentation }, "Extender": { $0.isExtender },
        "Ext": { $0.isExtender }, "Grapheme_Base": { $0.isGraphemeBase }, "Gr_Base": { $0.isGraphemeBase },
        "Grapheme_Extend": { $0.isGraphemeExtend }, "Gr_Ext": { $0.isGraphemeExtend }, "Hex_Digit": { $0.isHexDigit },
        "Hex": { $0.isHexDigit }, "IDS_Binary_Operator": { $0.isIDSBinaryOperator }, "IDSB": { $0.isIDSBinaryOperator },
        "IDS_Trinary_Operator": { $0.isIDSTrinaryOperator }, "IDST": { $0.isIDSTrinaryOperator },
        "ID_Continue": { $0.isIDContinue },
        "IDC": { $0.isIDContinue }, "ID_Start": { $0.isIDStart }, "IDS": { $0.isIDStart }, "Ideographic": { $0.isIdeographic },
        "Ideo": { $0.isIdeographic }, "Join_Control": { $0.isJoinControl }, "Join_C": { $0.isJoinControl },
        "Logical_Order_Exception": { $0.isLogicalOrderException }, "LOE": { $0.isLogicalOrderException },
        "Lowercase": { $0.isLowercase }, "Lower": { $0.isLowercase }, "Math": { $0.isMath },
        "Noncharacter_Code_Point": { $0.isNoncharacterCodePoint }, "NChar": { $0.isNoncharacterCodePoint },
        "Pattern_Syntax": { $0.isPatternSyntax }, "Pat_Syn": { $0.isPatternSyntax },
        "Pattern_White_Space": { $0.isPatternWhitespace }, "Pat_WS": { $0.isPatternWhitespace },
        "Quotation_Mark": { $0.isQuotationMark }, "QMark": { $0.isQuotationMark }, "Radical": { $0.isRadical },
        "Sentence_Terminal": { $0.isSentenceTerminal }, "STerm": { $0.isSentenceTerminal },
        "Soft_Dotted": { $0.isSoftDotted }, "SD": { $0.isSoftDotted }, "Unified_Ideograph": { $0.isUnifiedIdeograph },
        "UIdeo": { $0.isUnifiedIdeograph }, "Uppercase": { $0.isUppercase }, "Upper": { $0.isUppercase },
        "Variation_Selector": { $0.isVariationSelector }, "VS": { $0.isVariationSelector }, "White_Space": { $0.isWhitespace },
        "space": { $0.isWhitespace }, "XID_Continue": { $0.isXIDContinue }, "XIDC": { $0.isXIDContinue },
        "XID_Start": { $0.isXIDStart }, "XIDS": { $0.isXIDStart },
    ]
}
