import CEL
import Foundation
import Testing
import Values

/// Nothing anyone writes makes this module crash, and every message points into the source.
struct RobustnessTests {
    static let sources: [String] = {
        let files = FixtureTests.names.compactMap {
            try? String(contentsOf: FixtureTests.folder.appendingPathComponent($0), encoding: .utf8)
        }
        return files.flatMap { $0.split(separator: "\n").filter { $0.hasPrefix("> ") }.map { String($0.dropFirst(2)) } }
    }()

    /// Compiles, runs, and looks at where the messages point.
    private func probe(_ source: String, _ dialect: ExpressionOptions.Dialect) {
        let options = ExpressionOptions(dialect: dialect, checksTypes: dialect == .workflow)
        let (expression, problems) = ExpressionCompiler.compile(source, in: Sample.scope, options: options)
        let bytes = Array(source.utf8)
        for problem in problems {
            let fits = problem.range.lowerBound >= 0 && problem.range.upperBound <= bytes.count
            #expect(fits, "\(problem) of \(source)")
            for edge in [problem.range.lowerBound, problem.range.upperBound] where edge >= 0 && edge < bytes.count {
                #expect(bytes[edge] & 0xC0 != 0x80, "\(problem) of \(source) cuts a character")
            }
            #expect(!problem.message.isEmpty && !problem.message.hasSuffix("."), "\(problem.message)")
        }
        #expect((expression == nil) == problems.contains(where: \.isError), "\(source)")
        do { _ = try expression?.evaluate(Sample.slots, limits: EvaluationLimits(steps: 20_000, resultBytes: 10_000)) } catch {
            #expect(error.range.upperBound <= bytes.count && !error.message.isEmpty)
        }
        _ = ExpressionScanner.end(of: bytes, from: 0)
    }

    @Test func `every prefix of the fixtures`() {
        for source in Self.sources {
            let scalars = Array(source.unicodeScalars)
            for length in 0...scalars.count {
                var prefix = String.UnicodeScalarView()
                prefix.append(contentsOf: scalars[..<length])
                probe(String(prefix), .workflow)
            }
        }
    }

    @Test(arguments: 1...8)
    func `random changes to the fixtures`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let pieces: [String] = [
            "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "!", "-", "+", "*", "/", "%", "==", "<", "&&", "||", " in ", "\"",
            "'",
            "r\"", "b'", "\\", "null", "true", "1", "0x", "9223372036854775807", "1u", "1.5", "e", "input", "result", "x",
            ".map(",
            ".?", "[?", "has(", "é", "😀", "\n", "//", "`", "cel.bind(", "optional.none()", "\u{0}", "duration(\"1d\")",
            ".size()",
        ]
        for _ in 0..<400 {
            var scalars = Array(random.pick(Self.sources).unicodeScalars)
            for _ in 0...random.below(3) {
                let place = random.below(scalars.count + 1)
                switch random.below(4) {
                case 0: scalars.insert(contentsOf: Array(random.pick(pieces).unicodeScalars), at: place)
                case 1: if place < scalars.count { scalars.remove(at: place) }
                case 2:
                    if place < scalars.count {
                        scalars.replaceSubrange(place...place, with: Array(random.pick(pieces).unicodeScalars))
                    }
                default:
                    let other = Array(random.pick(Self.sources).unicodeScalars)
                    scalars.replaceSubrange(place..., with: other[random.below(other.count + 1)...])
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            probe(String(text), random.below(3) == 0 ? .standard : .workflow)
        }
    }

    @Test(arguments: 1...4)
    func `random soup of tokens`(seed: UInt64) {
        var random = SplitMix(state: seed &* 77)
        let words = [
            "input", "result", "steps.order", ".id", ".lines", ".map(", "x", ",", ")", "(", "+", "-", "1", "\"a\"", "==", "!=",
            "null",
            "[", "]", "{", "}", ":", "?", "&&", "||", "!", "has(", ".size()", " in ", "u", "2.5", ".", ".filter(", "true", "%",
            "/",
        ]
        for _ in 0..<1_000 {
            probe((0...random.below(12)).map { _ in random.pick(words) }.joined(), .workflow)
        }
    }
}

/// A generator of its own, so that a seed means the same everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
    mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}
