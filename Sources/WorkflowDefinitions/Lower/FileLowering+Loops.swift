import CEL
import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

// `foreach` and `repeat`: what they are around stands in a loop scope of its own (`ScopeLayout`).

extension FileLowering {
    /// The verb with what belongs to each of its occurrences, and the loop around it where the step has one.
    mutating func looped(_ step: Step, in scope: Scope) -> LoweredVerb {
        if let loop = step.modifiers.foreach { return foreach(step, loop, in: scope) }
        if let loop = step.modifiers.repeat { return repetition(step, loop, in: scope) }
        return once(step, in: scope)
    }

    private mutating func once(_ step: Step, in scope: Scope) -> LoweredVerb {
        var body = verb(step, in: scope)
        shape(step, &body, in: scope)
        retry(step, &body)
        return body
    }

    // MARK: foreach

    private mutating func foreach(_ step: Step, _ loop: Modifiers.Foreach, in scope: Scope) -> LoweredVerb {
        var outside = scope
        var place = ValuePlace.stored("`foreach`")
        place.expected = DeclaredType(.list(.any))
        let items = value(loop.items, place, &outside)
        var inside = scope.child([
            Scope.Variable(
                name: loop.itemName?.value ?? "item", type: Self.itemType(of: items.type), declared: items.declared?.element,
                index: ScopeLayout.item, labels: items.labels)
        ])
        if let name = loop.indexName {
            inside.add(Scope.Variable(name: name.value, type: .int, declared: nil, index: ScopeLayout.itemIndex))
        }
        let key = loop.key.map { entry in
            let key = value(entry.node, .stored("`key`"), &inside)
            checkKey(key.type, at: entry.node.range)
            return key.expression
        }
        var body = once(step, in: inside)
        body.type = .list(body.type)
        body.declared = body.declared.map { DeclaredType(.list($0.form), $0.names) }
        let node = Node.Foreach(
            items: items.expression, key: key, concurrency: loop.concurrency?.value ?? 1, body: body.node)
        body.node = add(step.id.value, .foreach(node), step.range, body.type)
        return body
    }

    private static func itemType(of items: StaticType) -> StaticType {
        switch items.withoutNull {
        case .list(.never), .any: .any
        case .list(let item): item
        default: .error
        }
    }

    private mutating func checkKey(_ type: StaticType, at range: SourceRange) {
        switch type {
        case .string, .enumeration, .int, .any, .error: return
        default: report(.unfitLoopKey(type, at: range))
        }
    }

    // MARK: repeat

    /// Loops with `initial` inside one another whose `previous` is inferred; further inside it is `any`.
    private static let deepestFold = 3
    /// How often the type of `previous` may grow before it is `any`.
    private static let widenings = 3

    private mutating func repetition(_ step: Step, _ loop: Modifiers.Repeat, in scope: Scope) -> LoweredVerb {
        guard let entry = loop.initial else { return rounds(step, loop, initial: nil, previous: nil, in: scope).body }
        var outside = scope
        let initial = value(entry.node, .stored("`initial`"), &outside)
        foldDepth += 1
        defer { foldDepth -= 1 }
        // The type of `previous` depends on that of the output, which depends on `previous`: lowered until it does not grow.
        var previous = foldDepth > Self.deepestFold ? StaticType.any : initial.type
        let before = self
        for _ in 0..<Self.widenings {
            let (body, next) = rounds(step, loop, initial: initial.expression, previous: previous, in: scope)
            let joined = initial.type.join(next.withoutMistakes)
            if joined == previous || previous == .any { return body }
            if joined == .any, initial.type != .any, next != .any {
                report(.unfitInitial(initial.type, output: next, at: entry.node.range))
                return body
            }
            self = before
            previous = joined
        }
        return rounds(step, loop, initial: initial.expression, previous: .any, in: scope).body
    }

    /// The loop under a type of `previous`, and the type that the output of a round has when another one follows.
    private mutating func rounds(
        _ step: Step, _ loop: Modifiers.Repeat, initial: ValueExpression?, previous: StaticType?, in scope: Scope
    ) -> (body: LoweredVerb, next: StaticType) {
        let inside = scope.child(
            previous.map { type in
                // What an earlier round came to is as little the author's word as what it was made of.
                [
                    Scope.Variable(
                        name: "previous", type: type, declared: nil, index: ScopeLayout.previous,
                        labels: .data("an earlier round"))
                ]
            } ?? [])
        var body = once(step, in: inside)
        let result = Scope.Variable(
            name: "result", type: body.type == .never ? .error : body.type, declared: body.declared, index: ScopeLayout.result,
            labels: body.labels)
        var ended = inside.child([result])
        let until = loop.until.map { condition($0, &ended) }
        var next = body.type
        if let condition = until?.compiled {
            var done = ended
            done.assume(condition, is: true)
            ended.assume(condition, is: false)
            if body.type != .never {
                next = ended.variable("result")?.type ?? next
                body.type = done.variable("result")?.type ?? body.type
            }
        }
        let every = loop.every.map {
            value($0.node, .deciding("`every`", expected: DeclaredType(.duration)), &ended).expression
        }
        let node = Node.Repeat(
            until: until?.expression, maximum: loop.max?.value ?? 1, every: every, initial: initial,
            previousShape: previous?.wideningShape ?? .any, body: body.node)
        body.node = add(step.id.value, .repeat(node), step.range, body.type)
        return (body, next)
    }
}

extension StaticType {
    /// Makes doubles of ints where the type says so; nil when it says so nowhere.
    fileprivate var wideningShape: ValueShape? {
        switch self {
        case .double: return .number
        case .list(let item): return item.wideningShape.map(ValueShape.list)
        case .map(_, let value): return value.wideningShape.map(ValueShape.map)
        case .nullable(let wrapped): return wrapped.wideningShape.map(ValueShape.nullable)
        case .record(let record) where !record.isOpen:
            let shapes = record.fields.map { ($0.name, $0.type.wideningShape) }
            guard shapes.contains(where: { $0.1 != nil }) else { return nil }
            return .record(shapes.map { ValueShape.Field(name: $0.0, shape: $0.1 ?? .any) })
        default: return nil
        }
    }

    /// Parts that have no type because of a mistake vanish in a join.
    fileprivate var withoutMistakes: StaticType {
        switch self {
        case .error: return .never
        case .list(let item): return .list(item.withoutMistakes)
        case .map(let key, let value): return .map(key: key, value: value.withoutMistakes)
        case .nullable(let wrapped): return wrapped.withoutMistakes.orNull
        case .record(var record):
            for index in record.fields.indices { record.fields[index].type = record.fields[index].type.withoutMistakes }
            return .record(record)
        default: return self
        }
    }
}
