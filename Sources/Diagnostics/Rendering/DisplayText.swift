/// Text as a terminal may show it: control characters, and those that turn the direction of writing, appear as escapes.
enum DisplayText {
    /// How many columns a tab advances to a multiple of.
    static let tabWidth = 4

    /// For messages: everything on one line.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars { result += needsEscape(scalar) ? escape(scalar) : String(scalar) }
        return result
    }

    static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let width = scalar.value < 0x100 ? 2 : 4
        return (width == 2 ? "\\x" : "\\u") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Columns a character takes in a fixed-width font (Unicode UAX #11, coarsely): none, one or two.
    static func width(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
            0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

/// One line of a file as it is shown, with the column at which each of its bytes stands.
struct DisplayLine {
    private(set) var text = ""
    /// First byte of the line in its file.
    private let start: Int
    /// For each byte and for the end of the line, columns from 0.
    private var columns: [Int] = []

    init(file: SourceFile, number: Int) {
        start = file.lineStarts[number - 1]
        var end = number < file.lineStarts.count ? file.lineStarts[number] : file.bytes.count
        while end > start, file.bytes[end - 1] == 0x0A || file.bytes[end - 1] == 0x0D { end -= 1 }
        read(file.bytes[start..<end])
    }

    /// Bytes that are no UTF-8 appear one by one, as `\xE9`.
    private mutating func read(_ bytes: ArraySlice<UInt8>) {
        var column = 0
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let length = Self.lengthOfCharacter(bytes[index])
            let end = min(index + length, bytes.endIndex)
            let scalar = String(validating: bytes[index..<end], as: UTF8.self)?.unicodeScalars.first
            let (shown, width) = Self.shown(scalar, byte: bytes[index], column: column)
            let count = scalar == nil ? 1 : length
            columns.append(contentsOf: repeatElement(column, count: count))
            text += shown
            column += width
            index += count
        }
        columns.append(column)
    }

    private static func lengthOfCharacter(_ byte: UInt8) -> Int {
        byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }

    private static func shown(_ scalar: Unicode.Scalar?, byte: UInt8, column: Int) -> (String, width: Int) {
        guard let scalar else {
            let digits = String(byte, radix: 16, uppercase: true)
            return ("\\x" + digits, 2 + digits.utf8.count)
        }
        if scalar == "\t" {
            let width = DisplayText.tabWidth - column % DisplayText.tabWidth
            return (String(repeating: " ", count: width), width)
        }
        guard DisplayText.needsEscape(scalar) else { return (String(scalar), DisplayText.width(scalar)) }
        let escape = DisplayText.escape(scalar)
        return (escape, escape.utf8.count)
    }

    var width: Int { columns.last ?? 0 }

    /// Column of a byte of the file; of the line's end for anything behind it.
    func column(ofByte offset: Int) -> Int {
        columns[min(max(offset - start, 0), columns.count - 1)]
    }

    /// Only the columns asked for, with an ellipsis where something is left out.
    func cropped(to range: Range<Int>) -> String {
        var result = range.lowerBound > 0 ? "…" : ""
        var column = 0
        for scalar in text.unicodeScalars {
            let width = DisplayText.width(scalar)
            if column >= range.upperBound {
                result += "…"
                break
            }
            if column >= range.lowerBound, !(range.lowerBound > 0 && column == range.lowerBound) {
                result.unicodeScalars.append(scalar)
            }
            column += width
        }
        return result
    }
}
