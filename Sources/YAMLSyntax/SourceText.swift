package import Diagnostics

extension DiagnosticCode {
    package static let sourceText = DiagnosticCode(101)
    package static let syntax = DiagnosticCode(102)
    package static let duplicateKey = DiagnosticCode(103)
    package static let outsideSubset = DiagnosticCode(104)
    package static let ambiguousScalar = DiagnosticCode(105)
    package static let aliasOrSize = DiagnosticCode(106)
    package static let unusedAnchor = DiagnosticCode(107)
    package static let rootShape = DiagnosticCode(108)
    package static let numberRange = DiagnosticCode(109)
    package static let trailingNewline = DiagnosticCode(110)
    package static let nonCanonicalWord = DiagnosticCode(111)
}

/// What the bytes of a file must be before YAML is read from them (WF0101): UTF-8 without control characters.
///
/// Line breaks of YAML 1.1 that YAML 1.2 no longer knows (U+0085, U+2028, U+2029) are refused too: libyaml would end a line
/// there, and an editor would not.
struct SourceText {
    /// More control characters than this in one file are one mistake.
    static let reportedCharacters = 10

    let file: SourceFile
    private(set) var diagnostics: [Diagnostic] = []
    /// Length of a byte order mark at the start.
    private(set) var contentStart = 0
    /// Byte offset of each code point after `contentStart`, and of the end; nil where all are single bytes.
    private(set) var codePointOffsets: [Int32]?

    init(file: SourceFile) {
        self.file = file
        let bytes = file.bytes
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            report("the file is UTF-16, not UTF-8", at: 0..<2, label: "byte order mark", help: "save it as UTF-8")
            return
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { contentStart = 3 }
        checkCharacters(bytes)
    }

    /// The byte offset of libyaml's `mark.index`, which counts code points.
    func byteOffset(ofCodePoint index: Int) -> Int {
        guard let codePointOffsets else { return min(contentStart + index, file.bytes.count) }
        return codePointOffsets.indices.contains(index) ? Int(codePointOffsets[index]) : file.bytes.count
    }

    private mutating func checkCharacters(_ bytes: [UInt8]) {
        var offsets: [Int32] = []
        var isASCII = true
        var index = contentStart
        while index < bytes.count {
            let byte = bytes[index]
            if isASCII, (0x20..<0x7F).contains(byte) || byte == 0x0A {
                index += 1
                continue
            }
            if byte >= 0x80, isASCII {
                isASCII = false
                offsets = (contentStart..<index).map { Int32(truncatingIfNeeded: $0) }
            }
            guard let (scalar, length) = Self.decode(bytes, at: index) else {
                report(
                    "the file is not UTF-8", at: index..<index + 1, label: "byte 0x\(hexadecimal(UInt32(byte), width: 2))",
                    help: "save it as UTF-8")
                return
            }
            if !Self.isAllowed(scalar) { reportCharacter(scalar, at: index..<index + length) }
            if diagnostics.count >= Self.reportedCharacters { return }
            if !isASCII { offsets.append(Int32(truncatingIfNeeded: index)) }
            index += length
        }
        if !isASCII {
            offsets.append(Int32(truncatingIfNeeded: bytes.count))
            codePointOffsets = offsets
        }
    }

    /// The code point that begins at an offset, or nil where the bytes are not well-formed UTF-8 (Unicode table 3-7).
    private static func decode(_ bytes: [UInt8], at index: Int) -> (scalar: UInt32, length: Int)? {
        let first = bytes[index]
        if first < 0x80 { return (UInt32(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard (0xC2...0xF4).contains(first), index + length <= bytes.count else { return nil }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for byte in bytes[(index + 1)..<(index + length)] {
            guard byte & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard scalar >= smallest, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return nil }
        return (scalar, length)
    }

    /// YAML 1.2 §5.1 c-printable without the byte order mark and the line breaks of YAML 1.1.
    private static func isAllowed(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E: true
        case 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: false
        default: scalar >= 0xA0
        }
    }

    private mutating func reportCharacter(_ scalar: UInt32, at range: Range<Int>) {
        let name = "U+" + hexadecimal(scalar, width: 4)
        let escape = scalar < 0x100 ? "\\x" + hexadecimal(scalar, width: 2) : "\\u" + hexadecimal(scalar, width: 4)
        let what = scalar == 0xFEFF ? "a byte order mark (U+FEFF) inside the file" : "the control character \(name)"
        report(
            "\(what) is not allowed", at: range, label: name,
            help: "remove it, or write \(escape) between double quotes")
    }

    private mutating func report(_ message: String, at bytes: Range<Int>, label: String, help: String) {
        diagnostics.append(
            Diagnostic(
                .sourceText, .error, message, at: SourceRange(file: file, bytes: bytes), label: label, help: help))
    }
}

func hexadecimal(_ number: UInt32, width: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
