import CEL
import Values

/// The scope that fixtures and examples are written in.
enum Sample {
    static let line = StaticType.record(
        RecordType(
            name: "Line",
            fields: [
                .init(name: "sku", type: .string), .init(name: "qty", type: .int), .init(name: "price", type: .double),
                .init(name: "gift", type: .string, isOptional: true),
            ]))

    static let customer = StaticType.record(
        RecordType(
            name: "Customer",
            fields: [.init(name: "name", type: .string), .init(name: "email", type: .string, isOptional: true)]))

    static let input = StaticType.record(
        RecordType(
            name: "Input",
            fields: [
                .init(name: "orderId", type: .string), .init(name: "note", type: .string, isOptional: true),
                .init(name: "empty", type: .string, isOptional: true), .init(name: "count", type: .int),
                .init(name: "price", type: .double), .init(name: "tags", type: .list(.string)),
                .init(name: "status", type: .enumeration(["open", "paid", "sent"])), .init(name: "lines", type: .list(line)),
                .init(name: "stock", type: .map(key: .string, value: .int)), .init(name: "anything", type: .any),
                .init(name: "due", type: .timestamp), .init(name: "grace", type: .duration), .init(name: "rush", type: .bool),
                .init(name: "customer", type: customer, isOptional: true),
            ]))

    /// One of three events, as a `wait` for a list of them gives it.
    static let answer = StaticType.record(
        RecordType(oneOf: [
            alternative("paid", [.init(name: "by", type: .string), .init(name: "amount", type: .int)]),
            alternative("refused", [.init(name: "by", type: .string), .init(name: "reason", type: .string, isOptional: true)]),
            alternative("expired", []),
        ]))

    private static func alternative(_ name: String, _ data: [RecordType.Field]) -> RecordType {
        RecordType(fields: [
            .init(name: "name", type: .enumeration([name])), .init(name: "data", type: .record(RecordType(fields: data))),
        ])
    }

    static let scope = ExpressionScope([
        ScopedVariable(name: "input", type: input, slot: 0),
        ScopedVariable(
            name: "steps.order",
            type: .record(
                RecordType(name: "Order", fields: [.init(name: "id", type: .string), .init(name: "total", type: .double)])),
            slot: 1),
        ScopedVariable(name: "steps.shipment", type: .nullable(.record([("trackingNumber", .string)])), slot: 2),
        ScopedVariable(name: "config.ordersUrl", type: .string, slot: 3),
        ScopedVariable(name: "secrets.payments_key", type: .secret, slot: 4),
        ScopedVariable(name: "result", type: .any, slot: 5), ScopedVariable(name: "steps.answer", type: answer, slot: 6),
        ScopedVariable(name: "steps.late", type: .nullable(answer), slot: 7),
        ScopedVariable(name: "steps.all", type: .record([("answers", .list(answer))]), slot: 8),
    ])

    static let slots = Slots(values: [
        [
            "orderId": "o-17", "note": "ring twice", "count": 3, "price": 2.5, "tags": ["red", "blue"], "status": "paid",
            "lines": [
                ["sku": "a", "qty": 2, "price": 1.5], ["sku": "b", "qty": 1, "price": 10.0, "gift": "ribbon"],
            ],
            "stock": ["a": 4, "b": 0], "anything": ["deep": [1, 2.5, "x"]],
            "due": .timestamp(Timestamp(rfc3339: "2026-03-29T01:30:00Z") ?? Timestamp(microseconds: 0)),
            "grace": .duration(TimeSpan(durationLiteral: "1d12h") ?? .zero), "rush": true,
            "customer": ["name": "Ada"],
        ],
        ["id": "o-17", "total": 12.5], .null, "https://orders.example", "s3cret", ["id": 7],
        ["name": "paid", "data": ["by": "Ada", "amount": 5]], .null,
        ["answers": [["name": "paid", "data": ["by": "Ada", "amount": 5]], ["name": "expired", "data": [:]]]],
    ])
}

extension Value {
    /// As CEL writes it, for expectations.
    var shown: String {
        switch self {
        case .string(let text): "\"\(text)\""
        case .uint(let number): "\(number)u"
        case .double(let number): number.description
        case .bytes(let bytes): "b\"\(Hex.encode(bytes))\""
        case .list(let items): "[\(items.map(\.shown).joined(separator: ", "))]"
        case .map(let map): "{\(map.map { "\($0.key.value.shown): \($0.value.shown)" }.joined(separator: ", "))}"
        case .timestamp(let instant): instant.description
        case .duration(let span): span.description
        case .type(let name): name
        case .optional(let wrapped): wrapped.map { "optional.of(\($0.shown))" } ?? "optional.none()"
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        }
    }
}
