import LinearRegex

/// `uuid`, `uri-template`, `relative-json-pointer` and `regex`.
enum IdentifierFormats {
    /// RFC 4122 §3; any version and variant.
    static func isUUID(_ text: String) -> Bool {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexadecimal) }
    }

    /// A number of levels up, optionally moved along a list, then `#` or a JSON Pointer.
    static func isRelativeJSONPointer(_ text: String) -> Bool {
        let scalars = Substring(text).unicodeScalars
        let levels = scalars.prefix { ("0"..."9").contains($0) }
        guard !levels.isEmpty, levels.count == 1 || levels.first != "0" else { return false }
        var rest = scalars.dropFirst(levels.count)
        if rest.first == "+" || rest.first == "-" {
            let distance = rest.dropFirst().prefix { ("0"..."9").contains($0) }
            guard let first = distance.first, first != "0" else { return false }
            rest = rest.dropFirst(distance.count + 1)
        }
        return rest.elementsEqual("#".unicodeScalars) || JSONPointer.tokens(String(rest)) != nil
    }

    /// A pattern that only other engines can match is a regular expression all the same.
    static func isRegularExpression(_ text: String) -> Bool {
        do throws(RegexSyntaxError) {
            _ = try LinearRegularExpression(text, dialect: .ecma262)
            return true
        } catch {
            return error.kind == .unsupported
        }
    }

    /// RFC 6570: literals and expressions in braces.
    static func isURITemplate(_ text: String) -> Bool {
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first {
            if scalar == "{" {
                guard let end = rest.firstIndex(of: "}"), isExpression(rest[rest.index(after: rest.startIndex)..<end]) else {
                    return false
                }
                rest = rest[rest.index(after: end)...]
            } else if scalar == "%" {
                guard rest.count >= 3, rest.dropFirst().prefix(2).allSatisfy({ $0.properties.isASCIIHexDigit }) else {
                    return false
                }
                rest = rest.dropFirst(3)
            } else {
                guard isLiteral(scalar) else { return false }
                rest = rest.dropFirst()
            }
        }
        return true
    }

    private static func isLiteral(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x20 && scalar.value != 0x7F && !"\"'<>\\^`|}".unicodeScalars.contains(scalar)
    }

    private static func isExpression(_ text: Substring.UnicodeScalarView) -> Bool {
        var text = text
        if let first = text.first, "+#./;?&=,!@|".unicodeScalars.contains(first) { text = text.dropFirst() }
        return text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(isVariable)
    }

    /// A dotted name, then `*` or `:` and a length up to 9999.
    private static func isVariable(_ text: Substring.UnicodeScalarView) -> Bool {
        var name = text
        if name.last == "*" {
            name = name.dropLast()
        } else if let colon = name.firstIndex(of: ":") {
            let length = name[name.index(after: colon)...]
            guard (1...4).contains(length.count), length.first != "0", length.allSatisfy({ ("0"..."9").contains($0) }) else {
                return false
            }
            name = name[..<colon]
        }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && isVariableName(String(part))
        }
    }

    private static func isVariableName(_ text: String) -> Bool {
        let plain = URIFormats.CharacterCheck(isInternational: false)
        return plain.isLegal(text, beyondUnreserved: "") && !text.utf8.contains { "-~".utf8.contains($0) }
    }
}
