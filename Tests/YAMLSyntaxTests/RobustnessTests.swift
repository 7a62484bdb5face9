import Diagnostics
import Foundation
import Testing
import YAMLSyntax

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// No bytes make the reader crash, hang, point outside the file, or lose the way from text to source.
@Suite struct RobustnessTests {
    static let corpus = Fixtures.paths(in: "valid") + Fixtures.paths(in: "invalid")

    /// More by environment, for a long search.
    private let rounds = ProcessInfo.processInfo.environment["WFRUN_FUZZ_ROUNDS"].flatMap(Int.init) ?? 60

    private func check(_ bytes: [UInt8], _ comment: @autoclosure () -> String) {
        let file = SourceFile(path: "x.yaml", bytes: bytes)
        let document = YAMLReader.readDocument(file, rootIsMapping: false)
        let all = document.diagnostics.flatMap { [$0.range] + $0.notes.map(\.range) + ($0.fix.map { [$0.range] } ?? []) }
        #expect(all.allSatisfy { 0 <= $0.bytes.lowerBound && $0.bytes.upperBound <= bytes.count }, "\(comment())")
        #expect(document.root != nil || !document.diagnostics.isEmpty, "\(comment())")
        for scalar in scalars(of: document.root) where !isSound(scalar, size: bytes.count) {
            Issue.record("\(comment()): \(YAMLScalar.quoted(scalar.text)) in \(YAMLScalar.quoted(file.text))")
        }
    }

    /// Runs cover the text without gaps and rise through the source.
    private func isSound(_ scalar: YAMLScalar, size: Int) -> Bool {
        guard scalar.positions.isExact, max(scalar.positions.end, scalar.range.bytes.upperBound) <= size else { return false }
        var text = 0
        var source = 0
        for run in scalar.positions.runs {
            guard run.text == text, run.source >= source, run.textLength > 0 else { return false }
            text += run.textLength
            source = run.source + run.sourceLength
        }
        _ = scalar.untypedValue()
        _ = scalar.trailingNewlineWarning()
        return text == scalar.text.utf8.count && source <= size
    }

    @Test(arguments: corpus)
    func `every prefix of a file is read or refused`(path: String) throws {
        let bytes = try Fixtures.file(path).bytes
        for length in 0...min(bytes.count, 1500) { check(Array(bytes[..<length]), "\(path), first \(length) bytes") }
    }

    @Test(arguments: corpus)
    func `mutated files are read or refused`(path: String) throws {
        let original = try Fixtures.file(path).bytes
        var generator = SeededGenerator(seed: UInt64(original.count))
        let pieces = [
            "\n", "  ", ": ", "- ", "\t", "#", " #", "\"", "'", "|", ">-\n", "{", "}", "[", "]", ",", "&a ", "*a", "!t ",
            "---\n", "...\n", "%", "@", "\\", "\\x", "\r\n", "\r", "é", "😀", "?", "<<: ", "${{", "}}", "~", "\u{85}",
            "\u{2028}",
            "\0",
        ].map { Array($0.utf8) }
        for round in 0..<rounds where original.count < 20_000 {
            var bytes = original
            for _ in 0...Int.random(in: 0...3, using: &generator) {
                let at = Int.random(in: 0...bytes.count, using: &generator)
                let end = min(bytes.count, at + Int.random(in: 0...3, using: &generator))
                let piece = pieces[Int.random(in: 0..<pieces.count, using: &generator)]
                let random = [UInt8.random(in: 0...255, using: &generator)]
                bytes.replaceSubrange(at..<end, with: Int.random(in: 0..<8, using: &generator) == 0 ? random : piece)
            }
            check(bytes, "\(path), round \(round)")
        }
    }

    @Test func `random bytes of YAML's own alphabet are read or refused`() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("ab :-\n \n  \t#\"'|>{}[],&*!%@\\?0+é".utf8)
        for round in 0..<rounds * 60 {
            let count = Int.random(in: 0...40, using: &generator)
            check((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }, "round \(round)")
        }
    }

    /// Quadratic behaviour at these sizes takes far longer than the limit.
    @Test(
        .timeLimit(.minutes(3)),
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
            (0..<1_000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            "a: " + String(repeating: "x ", count: 150_000), "a: \"" + String(repeating: "\\n", count: 150_000) + "\"",
            "a: >\n" + String(repeating: "  b\n", count: 60_000), "a: |\n" + String(repeating: "\n", count: 200_000),
            "a: [" + String(repeating: "b, ", count: 60_000) + "]", String(repeating: "\"", count: 200_000),
            "a: " + String(repeating: "${{ ", count: 60_000), String(repeating: "&a ", count: 100_000),
            "a: \"" + String(repeating: "\\q", count: 100_000), "a: '" + String(repeating: "''", count: 150_000),
            (0..<15_000).map { "k\($0): 1\n" }.joined(), String(repeating: "#\n", count: 150_000),
            String(repeating: "a: b: ", count: 50_000), String(repeating: "\u{2028}", count: 100_000),
        ])
    func `large and deep texts take linear time`(text: String) {
        check(Array(text.utf8), String(text.prefix(20)))
    }

    @Test func `files above the limit are not read`() {
        let file = SourceFile(path: "x.yaml", bytes: [UInt8](repeating: UInt8(ascii: "#"), count: YAMLReader.largestFile + 1))
        let (root, diagnostics) = YAMLReader.read(file)
        #expect(root == nil && diagnostics.map(\.code) == [DiagnosticCode(106)])
    }

    @Test func `aliases expand to a bounded number of nodes`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        let (root, diagnostics) = YAMLReader.read(SourceFile(path: "x.yaml", text: text))
        #expect(root == nil && diagnostics.map(\.code) == [DiagnosticCode(106)])
    }

    @Test func `aliases cannot nest deeper than the limit`() {
        var text = "a0: &a0 [x]\n"
        for level in 1...80 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        let (root, diagnostics) = YAMLReader.read(SourceFile(path: "x.yaml", text: text))
        #expect(root == nil && diagnostics.map(\.code) == [DiagnosticCode(106)])
    }
}
