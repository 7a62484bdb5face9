import Diagnostics
import TestSupport
import Testing
import WorkflowDefinitions

/// Whatever stands in a file: it is analysed, every mark lies in the file, and twice the same comes of it.
@Suite struct RobustnessTests {
    private func check(_ bytes: [UInt8]) {
        let file = SourceFile(path: "mutant.yaml", bytes: bytes)
        let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: [file], library: Self.library, root: ""))
        for diagnostic in analysis.diagnostics {
            let range = diagnostic.range
            #expect(range.bytes.upperBound <= range.file.bytes.count)
        }
        _ = TextRenderer().render(analysis.diagnostics)
        if !analysis.diagnostics.contains(where: { $0.severity == .error }) {
            #expect(analysis.workflows.allSatisfy { $0.graph != nil })
        }
    }

    /// Enough of the standard library to call into.
    private static let library = standardLibraryFiles.filter {
        ["stdlib/builtin/log.yaml", "stdlib/builtin/time/now.yaml"].contains($0.path)
    }

    private static let text = """
        workflow: mutant
        timeout: 1d
        input: { name: string = Ada, count: integer?, tags: "list(enum(a | b)) = []" }
        types: { T: { a: T?, b: map(list(string)) } }
        events: { a.b: { name: string } }
        secrets: [k]
        steps:
          - id: w
            wait: { event: a.b, match: { name: "${{ input.name }}" }, where: "${{ event.data.name != 'x' }}" }
            returns: { name: string }
            timeout: 1h
            output: ${{ result.name }}
            catch: [{ errors: [timeout, http.*], if: "${{ error.attempt > 1 }}", steps: [{ id: f, fail: "${{ error }}" }] }]
          - id: s
            switch:
              - { id: c1, if: "${{ input.count != null && input.count > 2 }}", call: log, with: { message: "n: ${{ input.count }}" } }
              - { id: c2, let: { x: [1, { y: "$${{" }], z: 2.5 } }
            retry: { attempts: 2, delay: 1s }
          - { id: r, return: { done: "${{ steps.w + 'é' }}" } }
        finally:
          - id: z
            call: log
            with:
              message: >-
                folded ${{ 1 +
                2 }}
        output: null
        """

    @Test func `the text itself has only warnings`() {
        let analysis = DefinitionAnalyzer.analyze(
            SourceSet(definitions: [SourceFile(path: "mutant.yaml", text: Self.text)], library: Self.library, root: ""))
        #expect(analysis.diagnostics.filter { $0.severity == .error }.map(\.message) == [])
    }

    @Test func `every beginning of a definition is analysed`() {
        let bytes = Array(Self.text.utf8)
        for count in 0...bytes.count { check(Array(bytes[..<count])) }
    }

    @Test(arguments: 1...8)
    func `mutated definitions are analysed`(seed: Int) {
        var generator = SplitMix(state: UInt64(seed))
        let original = Array(Self.text.utf8)
        let alphabet = Array(" \n\t:-{}[]\"'#|>&*!%@`$?=.,()0a9Zé\u{0}".utf8)
        for _ in 0..<60 {
            var bytes = original
            for _ in 0...Int(generator.next() % 3) {
                let position = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 4 {
                case 0: bytes.remove(at: position)
                case 1: bytes[position] = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                case 2: bytes.insert(alphabet[Int(generator.next() % UInt64(alphabet.count))], at: position)
                default:
                    let end = min(bytes.count, position + Int(generator.next() % 40))
                    bytes.insert(contentsOf: bytes[position..<end], at: Int(generator.next() % UInt64(bytes.count)))
                }
            }
            check(bytes)
        }
    }
}

private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
