import Diagnostics
import WorkflowDefinitions

/// What the definitions below call.
private let library = [
    SourceFile(
        path: "stdlib/builtin/log.yaml",
        text: """
            action: log
            description: A line in the instance's log.
            builtin: true
            input:
              message: string
              level: enum(debug | info | warning | error) = info
              data: any?
            returns: "null"
            errors: []
            effect: none
            idempotency_key: none
            """)
]

/// A definition of about 350 lines with 100 expressions.
private let large: SourceFile = {
    var lines = [
        "workflow: large", "timeout: 1d", "types:", "  Line: { sku: string, qty: integer, price: number }",
        "input:", "  orderId: string", "  total: number", "  lines: list(Line)", "  note: string?", "steps:",
    ]
    for number in 0..<50 {
        lines += [
            "  - id: step\(number)", "    description: Number \(number) of many", "    call: log",
            "    if: ${{ input.total > \(number) && input.lines.all(l, l.qty > 0) }}", "    with:",
            "      message: \"order ${{ input.orderId }}\"", "      level: info",
        ]
    }
    return SourceFile(path: "definitions/large.yaml", text: lines.joined(separator: "\n") + "\n")
}()

private let small: [SourceFile] = (0..<1_000).map { number in
    SourceFile(
        path: "definitions/small-\(number).yaml",
        text: """
            workflow: small-\(number)
            input: { name: string, times: integer = 1 }
            timeout: 1h
            steps:
              - id: greet
                if: ${{ input.times > 0 }}
                call: log
                with: { message: "Hello ${{ input.name }}, number \(number)" }
            output: { name: "${{ input.name }}" }
            """)
}

private func analysis(of files: [SourceFile]) -> Analysis {
    let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: files, library: library))
    if let error = analysis.diagnostics.first(where: { $0.severity == .error }) {
        fatalError(TextRenderer().render([error]))
    }
    return analysis
}

let definitionBenchmarks: [Benchmark] = [
    Benchmark("definition.350-lines-100-expressions", target: 1_500) { use(analysis(of: [large])) },
    Benchmark("definition.1-small-file") { use(analysis(of: [small[0]])) },
    // 6,000 files/s on two cores: a third of a second of processor time for a thousand.
    Benchmark("definitions.1000-small-files", target: 333_333, items: (1_000, "files")) { use(analysis(of: small)) },
]
