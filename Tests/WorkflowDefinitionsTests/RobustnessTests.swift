import Diagnostics
import TestSupport
import Testing
import WorkflowDefinitions

/// Whatever stands in a file: it is analysed, every mark lies in the file, and twice the same comes of it.
@Suite struct RobustnessTests {
    @discardableResult
    private func check(_ bytes: [UInt8]) -> Analysis {
        let file = SourceFile(path: "mutant.yaml", bytes: bytes)
        var (analysis, spent) = Self.analysis(of: file)
        // What others on the machine take from its caches is not in every try.
        for _ in 0..<3 where spent >= Self.limit { spent = min(spent, Self.analysis(of: file).spent) }
        #expect(spent < Self.limit, "\(spent) for \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        for diagnostic in analysis.diagnostics {
            let range = diagnostic.range
            #expect(range.bytes.upperBound <= range.file.bytes.count)
        }
        _ = TextRenderer().render(analysis.diagnostics)
        if !analysis.diagnostics.contains(where: { $0.severity == .error }) {
            #expect(analysis.workflows.allSatisfy { $0.graph != nil })
        }
        return analysis
    }

    private static func analysis(of file: SourceFile) -> (Analysis, spent: Duration) {
        let start = ThreadTime.now
        let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: [file], library: library, root: ""))
        return (analysis, ThreadTime.now - start)
    }

    /// The processor time one file may take, and what a build without optimisation adds.
    #if DEBUG
        private static let limit = Duration.seconds(4)
    #else
        private static let limit = Duration.milliseconds(100)
    #endif

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

    /// Small texts that would be large, deep or slow if nothing stopped them.
    @Test(arguments: [
        // Collections within each other, in every place that nests.
        "workflow: w\nsteps: " + String(repeating: "[", count: 100_000),
        "workflow: w\nsteps: " + String(repeating: "{a: ", count: 20_000),
        "workflow: w\ntypes: { T: \"" + String(repeating: "list(", count: 50_000) + "\" }",
        String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 50_000),
        String(repeating: "&a ", count: 50_000),
        "a: " + String(repeating: "'", count: 200_001), "a: \"" + String(repeating: "\\", count: 200_001),
        // Aliases that multiply.
        "workflow: w\na: &a [x, x]\n"
            + (0..<30).map { "b\($0): &b\($0) [*\($0 == 0 ? "a" : "b\($0 - 1)"), *\($0 == 0 ? "a" : "b\($0 - 1)")]" }
            .joined(separator: "\n"),
        "workflow: w\nsteps: &s [{ id: a, steps: *s }]",
        // Expressions that are large, deep, or slow when folded.
        step("${{ " + String(repeating: "(", count: 50_000) + " }}"),
        step("${{ " + String(repeating: "!", count: 50_000) + "true }}"),
        step("${{ " + String(repeating: "-", count: 50_000) + "1 }}"),
        step("${{ 1" + String(repeating: " + 1", count: 50_000) + " }}"),
        step("${{ input" + String(repeating: ".a", count: 50_000) + " }}"),
        step("${{ " + String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000) + " }}"),
        step("${{ lists.range(100000).map(a, lists.range(100000).map(b, a * b)) }}"),
        step("${{ lists.range(9223372036854775807) }}"), step("${{ 'a'.replace('', 'aaaaaaaaaaaaaaaa') }}"),
        step("${{ cel.bind(a, 'x' + 'y', cel.bind(b, a+a+a+a+a+a+a+a, cel.bind(c, b+b+b+b+b+b+b+b, c+c+c+c+c+c+c+c))) }}"),
        step("${{ '" + String(repeating: "a", count: 5_000) + "'.matches('(a*)*b') }}"),
        step(
            "${{ 'a'.matches('" + String(repeating: "(a{0,100}", count: 10) + String(repeating: "){0,100}", count: 10) + "') }}"
        ),
        step(String(repeating: "${{ 1 }}", count: 20_000)), step(String(repeating: "${{", count: 50_000)),
        step("${{ '%.999999999f'.format([1.0]) }}"), step("${{ 1e999999999 }}"),
        step("${{ 0x" + String(repeating: "f", count: 50_000) + " }}"),
        // Types and schemas that refer to themselves.
        "workflow: w\ntypes: { A: B, B: C, C: A }\nsteps: [{ id: a, sleep: 1s }]",
        "workflow: w\ntypes:\n"
            + (0..<200).map { "  T\($0): { a: T\(($0 + 1) % 200), b: T\(($0 + 7) % 200), c: \"list(T\(($0 + 13) % 200))\" }" }
            .joined(separator: "\n")
            + "\ninput: { x: T0 }\nsteps: [{ id: a, sleep: 1s, if: \"${{ input.x.a.b.c[0].a == input.x }}\" }]",
        schema(##"{ $ref: "#" }"##),
        schema(##"{ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }"##),
        schema(#"{ pattern: "(a|aa)+$" }"#), schema(#"{ pattern: "((((a{0,1000}){0,1000}){0,1000}){0,1000})" }"#),
        schema("{ " + String(repeating: "not: { ", count: 60) + String(repeating: "}", count: 61)),
        schema("{ multipleOf: 1e-300, maximum: 1e308, maxLength: 99999999999999999999 }"),
        // Loops whose `previous` grows in every round, inside one another.
        "workflow: w\nsteps: ["
            + (0..<18).map {
                "{ id: f\($0), repeat: { max: 2, initial: { a: 0 } }, output: { a: '${{ previous }}', b: '${{ previous }}' }, steps: ["
            }.joined() + "{ id: x, sleep: 1s }" + String(repeating: "] }", count: 18) + "]",
        // Many of everything.
        "workflow: w\nsteps:\n"
            + (0..<2_000).map { "  - { id: s\($0), sleep: 1s, if: \"${{ steps.s\(max(0, $0 - 1)) == null }}\" }" }
            .joined(separator: "\n"),
        "workflow: w\n" + (0..<20_000).map { "k\($0): 1" }.joined(separator: "\n"),
        "workflow: w\nsteps: [{ id: a, sleep: 1s }]\ninput:\n" + (0..<2_000).map { "  k\($0): T = 1" }.joined(separator: "\n"),
        "workflow: w\nsteps:\n"
            + (0..<1_000).map { "  - { id: s\($0), call: nope.\($0), with: { a: \"${{ steps.zz\($0) }}\" } }" }
            .joined(separator: "\n"),
        "workflow: w\nsteps:\n  - id: a\n    call: log\n    with: { message: m }\n    catch:\n"
            + (0..<1_000).map { "      - { errors: [x\($0).*, y\($0)], output: 1 }" }.joined(separator: "\n"),
    ])
    func `small texts that would be large are refused at once`(text: String) {
        #expect(!check(Array(text.utf8)).diagnostics.isEmpty)
    }

    private static func step(_ message: String) -> String {
        "workflow: w\nsteps:\n  - id: a\n    call: log\n    with:\n      message: >-\n        \(message)\n"
    }

    private static func schema(_ text: String) -> String {
        "workflow: w\ninput:\n  x:\n    $schema: https://json-schema.org/draft/2020-12/schema\n    allOf: [\(text)]\n"
            + "steps: [{ id: a, sleep: 1s }]\n"
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
