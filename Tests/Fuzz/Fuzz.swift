// Fuzz targets for libFuzzer: whatever bytes come, nothing crashes, hangs or contradicts itself. `scripts/fuzz` builds and runs
// them; which one is chosen by the environment variable WFRUN_FUZZ.

import CEL
import Diagnostics
import Glibc
import JSONSchema
import Schedules
import Values
import WorkflowDefinitions
import YAMLSyntax

private let target = getenv("WFRUN_FUZZ").map { String(cString: $0) } ?? ""

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    switch target {
    case "yaml": fuzzYAML(bytes)
    case "definition": fuzzDefinition(bytes)
    case "cel": fuzzExpression(bytes)
    case "json": fuzzJSON(bytes)
    case "schema": fuzzSchema(bytes)
    case "cron": fuzzSchedule(bytes)
    default: fatalError("WFRUN_FUZZ must be yaml, definition, cel, json, schema or cron")
    }
    return 0
}

private func fuzzYAML(_ bytes: [UInt8]) {
    let document = YAMLReader.readDocument(SourceFile(path: "fuzz.yaml", bytes: bytes), rootIsMapping: false)
    for diagnostic in document.diagnostics { precondition(diagnostic.range.bytes.upperBound <= bytes.count) }
    precondition(document.root != nil || !document.diagnostics.isEmpty)
    _ = TextRenderer().render(document.diagnostics)
}

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

private func fuzzDefinition(_ bytes: [UInt8]) {
    let file = SourceFile(path: "fuzz.yaml", bytes: bytes)
    let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: [file], library: library, root: nil))
    for diagnostic in analysis.diagnostics {
        precondition(diagnostic.range.bytes.upperBound <= diagnostic.range.file.bytes.count)
    }
    _ = TextRenderer().render(analysis.diagnostics)
    if !analysis.hasErrors { precondition(analysis.workflows.allSatisfy(\.isValid)) }
}

private struct Slots: SlotSource {
    let values: [Value] = [
        ["name": "Ada", "count": 3, "tags": ["a", "b"], "total": 2.5], .timestamp(Timestamp(microseconds: 0)), .null,
    ]
    func value(ofSlot slot: Int) -> Value { values[slot] }
}

private let scope = ExpressionScope([
    ScopedVariable(
        name: "input",
        type: .record([("name", .string), ("count", .int), ("tags", .list(.string)), ("total", .double)]), slot: 0),
    ScopedVariable(name: "t", type: .timestamp, slot: 1), ScopedVariable(name: "x", type: .any, slot: 2),
])

private func fuzzExpression(_ bytes: [UInt8]) {
    let source = String(decoding: bytes, as: UTF8.self)
    for options in [ExpressionOptions.workflow, .standard] {
        let (expression, problems) = ExpressionCompiler.compile(source, in: scope, options: options)
        for problem in problems { precondition(problem.range.upperBound <= source.utf8.count) }
        precondition(expression != nil || problems.contains(where: \.isError))
        let limits = EvaluationLimits(steps: 50_000, resultBytes: 1 << 16)
        do { _ = try expression?.evaluate(Slots(), limits: limits) } catch {
            precondition(error.range.upperBound <= source.utf8.count)
        }
    }
}

private func fuzzJSON(_ bytes: [UInt8]) {
    guard let value = try? JSON.parse(bytes) else { return }
    let written = JSON.bytes(value)
    guard let again = try? JSON.parse(written) else { fatalError("what was written cannot be read") }
    precondition(again == value, "what was read differs from what was written")
    precondition(JSON.bytes(again) == written)
}

/// A schema and an instance with a line feed between them.
private func fuzzSchema(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0x0A, maxSplits: 1)
    guard let first = parts.first, let document = try? JSON.parse(Array(first)) else { return }
    let (schema, problems) = CompiledSchema.compile(document, options: .init(assertsFormats: true))
    precondition(schema != nil || problems.contains(where: \.isError))
    guard let schema, parts.count == 2, let instance = try? JSON.parse(Array(parts[1])) else { return }
    precondition(schema.accepts(instance) == schema.validate(instance).isEmpty)
}

private func fuzzSchedule(_ bytes: [UInt8]) {
    guard let expression = try? CronExpression(String(decoding: bytes, as: UTF8.self)) else { return }
    let schedule = CronSchedule(expression, in: .utc)
    guard let next = schedule.next(after: Timestamp(microseconds: 1_700_000_000_000_000)) else { return }
    precondition(schedule.last(atOrBefore: next) == next)
    precondition(expression.matches(TimeZoneRules.utc.localTime(at: next)))
}
