import Diagnostics
import Testing
import YAMLSyntax

/// Writes scalars in every style and remembers where each byte of their text went.
private struct ScalarWriter {
    private(set) var source: [UInt8] = []
    private(set) var text: [UInt8] = []
    /// For each byte of `text` the bytes of `source` it was written as.
    private(set) var places: [Range<Int>] = []
    private(set) var lineBreak: String

    init(lineBreak: String) { self.lineBreak = lineBreak }

    mutating func raw(_ piece: String) { source += Array(piece.utf8) }

    /// `piece` written as itself: each byte in its own place.
    mutating func copy(_ piece: String) {
        for byte in piece.utf8 {
            places.append(source.count..<source.count + 1)
            source.append(byte)
            text.append(byte)
        }
    }

    /// `meaning` written as something else.
    mutating func write(_ piece: String, meaning: String) {
        let start = source.count
        raw(piece)
        for byte in meaning.utf8 {
            places.append(start..<source.count)
            text.append(byte)
        }
    }
}

@Suite struct ScalarPositionTests {
    private static let words = ["a", "b#c", "x:y", "é", "日本", "😀", "e\u{301}", "${{", "}}", "1", "-", "ab'c", "q"]

    private func word(_ generator: inout SeededGenerator) -> String {
        Self.words[Int.random(in: 0..<Self.words.count, using: &generator)]
    }

    /// Blank lines between, as many breaks as newlines are wanted and one more.
    private func fold(_ writer: inout ScalarWriter, indent: String, _ generator: inout SeededGenerator) {
        let before = Int.random(in: 0...1, using: &generator) == 0 ? "" : " \t"
        let blank = Int.random(in: 0...2, using: &generator)
        var gap = before + writer.lineBreak
        for _ in 0..<blank { gap += (Bool.random(using: &generator) ? "" : "  ") + writer.lineBreak }
        gap += indent + (Bool.random(using: &generator) ? "" : "  ")
        writer.write(gap, meaning: blank == 0 ? " " : String(repeating: "\n", count: blank))
    }

    private func flowScalar(_ style: YAMLScalar.Style, _ writer: inout ScalarWriter, _ generator: inout SeededGenerator) {
        let quote = style == .singleQuoted ? "'" : style == .doubleQuoted ? "\"" : ""
        writer.raw(quote)
        writer.copy(style == .plain ? "a" : "")
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                fold(&writer, indent: "   ", &generator)
                writer.copy("w")
            case 1:
                writer.copy(Bool.random(using: &generator) ? "  " : "\t")
                writer.copy("v")
            case 2 where style == .singleQuoted: writer.write("''", meaning: "'")
            case 2 where style == .doubleQuoted: escape(&writer, &generator)
            case 3 where style == .doubleQuoted:
                writer.copy("  ")
                writer.raw("\\" + writer.lineBreak + "    ")
                writer.copy("u")
            default:
                let word = word(&generator)
                writer.copy(style == .singleQuoted ? word.replacing("'", with: "") : word)
            }
        }
        writer.raw(quote)
    }

    private func escape(_ writer: inout ScalarWriter, _ generator: inout SeededGenerator) {
        let escapes = [
            ("\\n", "\n"), ("\\t", "\t"), ("\\\"", "\""), ("\\\\", "\\"), ("\\/", "/"), ("\\x41", "A"), ("\\xe9", "é"),
            ("\\u20AC", "€"), ("\\U0001F600", "😀"), ("\\0", "\0"), ("\\e", "\u{1B}"), ("\\ ", " "), ("\\N", "\u{85}"),
            ("\\P", "\u{2029}"), ("\\r", "\r"),
        ]
        let (source, meaning) = escapes[Int.random(in: 0..<escapes.count, using: &generator)]
        writer.write(source, meaning: meaning)
    }

    private func literal(_ writer: inout ScalarWriter, _ generator: inout SeededGenerator) {
        let chomping = ["", "-", "+"][Int.random(in: 0..<3, using: &generator)]
        let isIndented = Bool.random(using: &generator)
        let note = Bool.random(using: &generator) ? "" : "  # note"
        writer.raw("|" + (isIndented ? "3" : "") + chomping + note + writer.lineBreak)
        let count = Int.random(in: 1...4, using: &generator)
        for line in 0..<count {
            if Bool.random(using: &generator) {
                writer.write((Bool.random(using: &generator) ? "" : "  ") + writer.lineBreak, meaning: "\n")
            }
            writer.raw("   ")
            if isIndented || line > 0, Bool.random(using: &generator) { writer.copy("  ") }
            writer.copy(word(&generator) + " " + word(&generator))
            let isKept = line < count - 1 || chomping != "-"
            if isKept { writer.write(writer.lineBreak, meaning: "\n") } else { writer.raw(writer.lineBreak) }
        }
    }

    /// Lines of text alone: each break is a space, each empty line a newline.
    private func folded(_ writer: inout ScalarWriter, _ generator: inout SeededGenerator) {
        writer.raw(">-" + writer.lineBreak + "   ")
        writer.copy("first")
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            let blank = Int.random(in: 0...2, using: &generator)
            writer.raw("")
            if blank == 0 {
                writer.write(writer.lineBreak, meaning: " ")
            } else {
                writer.raw(writer.lineBreak)
                for _ in 0..<blank { writer.write(writer.lineBreak, meaning: "\n") }
            }
            writer.raw("   ")
            writer.copy(word(&generator) + "  " + word(&generator))
        }
        writer.raw(writer.lineBreak)
    }

    @Test(arguments: [YAMLScalar.Style.plain, .singleQuoted, .doubleQuoted, .literal, .folded])
    func `every byte of a generated scalar is found where it was written`(style: YAMLScalar.Style) throws {
        var generator = SeededGenerator(seed: 42)
        for round in 0..<1500 {
            var writer = ScalarWriter(lineBreak: ["\n", "\r\n", "\r"][round % 3])
            writer.raw(["é: 1\n", "", "\u{FEFF}"][round % 3] + ["key: ", "k: {}\nkey:   ", "日本: x\nkey: "][round / 3 % 3])
            switch style {
            case .plain, .singleQuoted, .doubleQuoted: flowScalar(style, &writer, &generator)
            case .literal: literal(&writer, &generator)
            case .folded: folded(&writer, &generator)
            }
            if style != .literal && style != .folded { writer.raw(writer.lineBreak) }
            let file = SourceFile(path: "x.yaml", bytes: writer.source)
            let (root, diagnostics) = YAMLReader.read(file)
            guard case .mapping(let pairs)? = root?.content, case .scalar(let scalar)? = pairs.last?.value.content else {
                Issue.record("round \(round): \(diagnostics.map(\.message)) in \(file.text)")
                return
            }
            #expect(scalar.style == style && scalar.positions.isExact)
            guard Array(scalar.text.utf8) == writer.text else {
                let written = YAMLScalar.quoted(String(decoding: writer.text, as: UTF8.self))
                Issue.record("round \(round): \(YAMLScalar.quoted(scalar.text)) ≠ \(written)")
                return
            }
            for (offset, place) in writer.places.enumerated() {
                let found = scalar.sourceRange(ofText: offset..<offset + 1).bytes
                guard place.count == 1 ? found == place : !found.clamped(to: place).isEmpty, found.count <= place.count + 40
                else {
                    let text = YAMLScalar.quoted(file.text)
                    Issue.record("round \(round): byte \(offset) found at \(found), written at \(place), in \(text)")
                    return
                }
            }
        }
    }

    @Test func `an empty range of text is a point, the end included`() throws {
        let (root, _) = YAMLReader.read(SourceFile(path: "x.yaml", text: "a: \"b\\n\"\n"))
        let scalar = try #require(scalars(of: root).last)
        #expect(scalar.sourceRange(ofText: 0..<0).bytes == 4..<4)
        #expect(scalar.sourceRange(ofText: 2..<2).bytes == 7..<7)
        #expect(scalar.sourceRange(ofText: 0..<2).bytes == 4..<7)
    }
}
