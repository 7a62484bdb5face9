import CEL
import Diagnostics
import JSONSchema
import Schedules
import Values
import WorkflowDefinitions

// MARK: Expressions

private let item = StaticType.record([("sku", .string), ("qty", .int), ("price", .double)])
private let scope = ExpressionScope([
    ScopedVariable(name: "input", type: .record([("total", .double), ("items", .list(item)), ("note", .string)]), slot: 0),
    ScopedVariable(name: "steps.order", type: .record([("id", .string), ("total", .double)]), slot: 1),
    ScopedVariable(name: "config.url", type: .string, slot: 2),
])

private struct Slots: SlotSource {
    var values: [Value]
    func value(ofSlot slot: Int) -> Value { values[slot] }
}

private let order: Value = [
    "total": 120.5, "note": "ring twice",
    "items": .list((0..<10).map { ["sku": .string("SKU-\($0)"), "qty": .int(Int64($0 + 1)), "price": 9.5] }),
]
private let slots = Slots(values: [order, ["id": "o1", "total": 120.5], "https://a.example"])

private func compiled(_ source: String) -> CompiledExpression {
    let (expression, problems) = ExpressionCompiler.compile(source, in: scope)
    guard let expression else { fatalError("\(source): \(problems.map(\.message))") }
    return expression
}

private let condition = "input.total > 100 && input.items.all(i, i.qty > 0)"

let expressionBenchmarks: [Benchmark] = [
    Benchmark("cel.compile", target: 30) { use(ExpressionCompiler.compile(condition, in: scope).expression) },
    evaluating("cel.evaluate.all-10", condition, target: 6),
    evaluating("cel.evaluate.field", "steps.order.total"),
    evaluating("cel.evaluate.text", "config.url + '/orders/' + steps.order.id"),
    evaluating("cel.evaluate.map-10", "input.items.map(i, i.price * double(i.qty)).sum()"),
]

private func evaluating(_ name: String, _ source: String, target: Double? = nil) -> Benchmark {
    let expression = compiled(source)
    return Benchmark(name, target: target) { use(try? expression.evaluate(slots)) }
}

// MARK: Schemas

private let document: Value = .map(
    ValueMap(
        (0..<30).map { number -> (String, Value) in
            let name = "property\(number)"
            switch number % 5 {
            case 0: return (name, .string("some text of \(number)"))
            case 1: return (name, .int(Int64(number)))
            case 2: return (name, .double(Double(number) + 0.5))
            case 3: return (name, .list([.string("a"), .string("b")]))
            default: return (name, .bool(number % 2 == 0))
            }
        }))

private let schema: CompiledSchema = {
    let kinds: [Value] = [
        ["type": "string", "maxLength": 100], ["type": "integer", "minimum": 0], ["type": "number", "maximum": 1_000],
        ["type": "array", "items": ["type": "string"], "maxItems": 10], ["type": "boolean"],
    ]
    let names = (0..<30).map { "property\($0)" }
    let properties = names.enumerated().map { ($0.element, kinds[$0.offset % 5]) }
    let (schema, problems) = CompiledSchema.compile([
        "type": "object", "properties": .map(ValueMap(properties)), "required": .list(names.map(Value.string)),
        "additionalProperties": false,
    ])
    guard let schema else { fatalError("\(problems)") }
    return schema
}()

let schemaBenchmarks: [Benchmark] = [
    Benchmark("schema.validate.30-properties", target: 15) { use(schema.validate(document)) },
    Benchmark("schema.compile.30-properties") { use(CompiledSchema.compile(schema.document).schema) },
]

// MARK: Schedules

private func schedule(_ expression: String, _ zone: String) -> CronSchedule {
    guard let expression = try? CronExpression(expression),
        let rules = try? TimeZoneDatabase.system().rules(named: zone)
    else { fatalError("\(expression) in \(zone)") }
    return CronSchedule(expression, in: rules)
}

private let start = Timestamp(microseconds: 1_785_000_000_000_000)

let scheduleBenchmarks: [Benchmark] = [
    ("cron.next.weekdays", "0 9 * * MON-FRI", "Europe/Berlin"), ("cron.next.minutes", "*/5 * * * *", "Europe/Berlin"),
    ("cron.next.monthly", "30 6 1 * *", "UTC"), ("cron.next.leap-day", "0 0 29 2 *", "America/New_York"),
].map { name, expression, zone in
    let schedule = schedule(expression, zone)
    return Benchmark(name, target: 3) { use(schedule.next(after: start)) }
}

// MARK: Data

private let text = Array(JSON.text(document).utf8)

let dataBenchmarks: [Benchmark] = [
    Benchmark("json.parse.\(text.count)-bytes") { use(try? JSON.parse(text)) },
    Benchmark("json.write.\(text.count)-bytes") { use(JSON.bytes(document)) },
]
