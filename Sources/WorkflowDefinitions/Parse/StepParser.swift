import Diagnostics
import YAMLSyntax

/// Reads lists of steps. A step whose verb is wrong still has its id, so that what refers to it is not reported again.
struct StepParser {
    var reading: NodeReading

    /// A non-empty list of steps; nil when it is no list.
    mutating func stepList(_ pair: YAMLPair) -> StepList? {
        let what = "`\(pair.key.text)`"
        guard case .sequence(let items) = pair.value.content else {
            reading.report(
                .wrongKind(
                    what, expected: "a list of steps", found: pair.value, shape: "\(pair.key.text): [{ id: …, call: … }]"))
            return nil
        }
        if items.isEmpty { reading.report(.emptyList(what, at: pair.value.range)) }
        return StepList(keyRange: pair.key.range, steps: items.compactMap { step($0) })
    }

    private mutating func step(_ node: YAMLNode) -> Step? {
        guard let fields = reading.fields(node, of: "a step", known: Keys.step, shape: "{ id: …, call: … }") else { return nil }
        let found = fields.pairs.filter { Keys.verbs.contains($0.key.text) }
        for extra in found.dropFirst() { reading.report(.twoVerbs(found[0].key, extra.key)) }
        // The verb may be what the unknown key was meant for.
        if found.isEmpty, !fields.hasUnknownKeys { reading.report(.noVerb(node.firstLine, verbs: Keys.verbs)) }
        let verb = found.first.map { self.verb($0, fields) } ?? .invalid
        let modifiers = self.modifiers(fields)
        checkCompanions(fields, verb: found.first?.key.text)
        return Step(
            id: id(fields), verb: verb, verbRange: found.first?.key.range ?? node.firstLine, modifiers: modifiers,
            range: node.range)
    }

    private mutating func id(_ fields: Fields) -> Located<String> {
        guard let pair = fields["id"] else {
            reading.report(.missingKey("id", in: "a step", at: fields.node.firstLine, shape: "id: <name>"))
            return Located("", at: fields.node.firstLine)
        }
        guard let id = reading.string(pair) else { return Located("", at: pair.value.firstLine) }
        if !Names.isID(id.value) {
            let form = "an id begins with a lower-case letter and has lower-case letters, digits and '_'"
            reading.report(.badID(id, what: "an id", form: form, suggestion: Names.id(from: id.value)))
        } else if Names.reserved.contains(id.value) {
            reading.report(.reservedID(id))
        }
        return id
    }

    /// `with` and `detach` go with certain verbs only.
    private mutating func checkCompanions(_ fields: Fields, verb: String?) {
        guard let verb else { return }
        for (key, verbs) in Keys.companions where !verbs.contains(verb) {
            guard let pair = fields[key] else { continue }
            reading.report(
                .exclusive(
                    "'\(key)' goes with '\(verbs.joined(separator: "' or '"))', this step has '\(verb)'", at: pair.key.range,
                    help: nil))
        }
    }

    // MARK: Verbs

    private mutating func verb(_ pair: YAMLPair, _ fields: Fields) -> Step.Verb {
        switch pair.key.text {
        case "call":
            return reading.string(pair).map { .call(action: $0, with: fields.entry("with")) } ?? .invalid
        case "invoke":
            let detach = reading.boolean(fields["detach"])
            return reading.string(pair).map { .invoke(workflow: $0, with: fields.entry("with"), detach: detach) } ?? .invalid
        case "wait": return wait(pair)
        case "sleep": return limit(pair).map(Step.Verb.sleep) ?? .invalid
        case "emit": return emit(pair)
        case "let": return .bindings(bindings(pair))
        case "steps": return stepList(pair).map(Step.Verb.steps) ?? .invalid
        case "parallel": return stepList(pair).map(Step.Verb.parallel) ?? .invalid
        case "switch": return stepList(pair).map(Step.Verb.choice) ?? .invalid
        case "fail": return fail(pair)
        case "return": return .return(pair.value)
        default: return .continueAsNew(pair.value)
        }
    }

    private mutating func wait(_ pair: YAMLPair) -> Step.Verb {
        let shape = "wait: { event: order.paid, match: { orderId: \"${{ input.orderId }}\" } }"
        guard let fields = reading.fields(pair.value, of: "`wait`", known: Keys.wait, shape: shape) else {
            return .invalid
        }
        let names = reading.names(fields["event"], shape: shape)
        if fields["event"] == nil { reading.report(.missingKey("event", in: "`wait`", at: pair.key.range, shape: shape)) }
        let match = fields["match"].map {
            reading.entries($0.value, of: "`match`", shape: "match: { orderId: \"${{ input.orderId }}\" }")
        }
        guard let names else { return .invalid }
        return .wait(
            Step.Wait(
                events: names.names, isList: names.isList, match: match ?? [], condition: fields.entry("where"),
                range: pair.value.range))
    }

    private mutating func emit(_ pair: YAMLPair) -> Step.Verb {
        let shape = "emit: { event: order.paid, data: { orderId: \"${{ input.orderId }}\" } }"
        guard let fields = reading.fields(pair.value, of: "`emit`", known: Keys.emit, shape: shape) else {
            return .invalid
        }
        guard let event = fields["event"] else {
            reading.report(.missingKey("event", in: "`emit`", at: pair.key.range, shape: shape))
            return .invalid
        }
        return reading.string(event).map { .emit(event: $0, data: fields.entry("data")) } ?? .invalid
    }

    private mutating func bindings(_ pair: YAMLPair) -> [Entry] {
        let entries = reading.entries(pair.value, of: "`let`", shape: "let: { total: \"${{ input.price * 2 }}\" }")
        for entry in entries where !Names.isIdentifier(entry.name) {
            let name = Located(entry.name, at: entry.keyRange)
            reading.report(
                .badID(
                    name, what: "a name in `let`", form: "it has letters, digits and '_'",
                    suggestion: Names.id(from: entry.name)))
        }
        return entries
    }

    private mutating func fail(_ pair: YAMLPair) -> Step.Verb {
        if case .scalar(let scalar) = pair.value.content, Template.hasExpression(scalar.text) { return .raise(pair.value) }
        let shape = "fail: { code: order.not_found, message: There is no such order }"
        guard let fields = reading.fields(pair.value, of: "`fail`", known: Keys.fail, shape: shape) else { return .invalid }
        let retryable = reading.boolean(fields["retryable"])
        for key in ["code", "message"] where fields[key] == nil {
            reading.report(.missingKey(key, in: "`fail`", at: pair.key.range, shape: shape))
        }
        guard let code = reading.string(fields["code"]), let message = fields["message"] else { return .invalid }
        return .fail(
            Step.Fail(code: code, message: message.value, data: fields["data"]?.value, isRetryable: retryable?.value ?? false))
    }

    /// A duration, or `{until: …}`.
    private mutating func limit(_ pair: YAMLPair) -> Step.Limit? {
        guard case .mapping = pair.value.content else {
            if case .sequence = pair.value.content {
                reading.report(
                    .wrongKind("`\(pair.key.text)`", expected: "a duration", found: pair.value, shape: "\(pair.key.text): 7d"))
                return nil
            }
            return .after(pair.value)
        }
        let what = "`\(pair.key.text)`"
        guard let fields = reading.fields(pair.value, of: what, known: Keys.limit, shape: "\(pair.key.text): 7d") else {
            return nil
        }
        guard let until = fields["until"] else {
            reading.report(.missingKey("until", in: what, at: pair.key.range, shape: "\(pair.key.text): 7d"))
            return nil
        }
        return .until(until.value)
    }

    // MARK: Modifiers

    private mutating func modifiers(_ fields: Fields) -> Modifiers {
        var modifiers = Modifiers()
        modifiers.description = reading.string(fields["description"])
        modifiers.condition = fields.entry("if")
        modifiers.foreach = fields["foreach"].flatMap { foreach($0) }
        modifiers.repeat = fields["repeat"].flatMap { repetition($0) }
        modifiers.retry = fields["retry"].flatMap { retry($0) }
        if let pair = fields["timeout"], let limit = limit(pair) {
            modifiers.timeout = Modifiers.Timeout(limit: limit, keyRange: pair.key.range)
        }
        modifiers.isAtMostOnce = reading.boolean(fields["at_most_once"])
        modifiers.output = fields.entry("output")
        modifiers.returns = fields.entry("returns")
        modifiers.catches = fields["catch"].flatMap { catches($0) }
        modifiers.compensate = fields["compensate"].flatMap { stepList($0) }
        modifiers.finally = fields["finally"].flatMap { stepList($0) }
        return modifiers
    }

    private mutating func foreach(_ pair: YAMLPair) -> Modifiers.Foreach? {
        guard case .mapping = pair.value.content else { return Modifiers.Foreach(items: pair.value, keyRange: pair.key.range) }
        let shape = "foreach: { in: \"${{ input.lines }}\", as: line }"
        guard let fields = reading.fields(pair.value, of: "`foreach`", known: Keys.foreach, shape: shape) else { return nil }
        guard let items = fields["in"] else {
            reading.report(.missingKey("in", in: "`foreach`", at: pair.key.range, shape: shape))
            return nil
        }
        return Modifiers.Foreach(
            items: items.value, itemName: variable(fields["as"]), indexName: variable(fields["index"]),
            key: fields.entry("key"), concurrency: reading.integer(fields["concurrency"], in: 1...1_000),
            keyRange: pair.key.range)
    }

    /// The name of a variable in expressions.
    private mutating func variable(_ pair: YAMLPair?) -> Located<String>? {
        guard let pair, let name = reading.string(pair) else { return nil }
        if !Names.isIdentifier(name.value) {
            let form = "it has letters, digits and '_'"
            reading.report(.badID(name, what: "a variable's name", form: form, suggestion: Names.id(from: name.value)))
        } else if Names.reserved.contains(name.value) {
            reading.report(
                .badID(
                    name, what: "a variable's name", form: "the expression language reserves the word",
                    suggestion: "\(name.value)_item"))
        }
        return name
    }

    private mutating func repetition(_ pair: YAMLPair) -> Modifiers.Repeat? {
        let shape = "repeat: { until: \"${{ result.done }}\", max: 10, every: 1m }"
        guard let fields = reading.fields(pair.value, of: "`repeat`", known: Keys.repeat, shape: shape) else { return nil }
        if fields["max"] == nil { reading.report(.missingKey("max", in: "`repeat`", at: pair.key.range, shape: shape)) }
        return Modifiers.Repeat(
            until: fields.entry("until"), max: reading.integer(fields["max"], in: 1...1_000_000), every: fields.entry("every"),
            initial: fields.entry("initial"), keyRange: pair.key.range)
    }

    private mutating func retry(_ pair: YAMLPair) -> Modifiers.Retry? {
        var retry = Modifiers.Retry(keyRange: pair.key.range)
        guard case .mapping = pair.value.content else {
            retry.attempts = reading.integer(pair.value, of: "retry", in: 1...1_000)
            return retry
        }
        guard
            let fields = reading.fields(
                pair.value, of: "`retry`", known: Keys.retry, shape: "retry: { attempts: 5, delay: 2s }")
        else {
            return nil
        }
        retry.attempts = reading.integer(fields["attempts"], in: 1...1_000)
        retry.delay = reading.duration(fields["delay"])
        retry.backoff = reading.number(fields["backoff"], in: 1...100)
        retry.maxDelay = reading.duration(fields["max_delay"])
        retry.jitter = reading.boolean(fields["jitter"])
        retry.errors = reading.names(fields["errors"], shape: "errors: [http.5*, http.timeout]").map { errorPatterns($0.names) }
        retry.timeout = reading.duration(fields["timeout"])
        return retry
    }

    /// One clause or a list of clauses.
    mutating func catches(_ pair: YAMLPair) -> CatchList? {
        let shape = "catch: { errors: http.404, steps: […] }"
        var list = CatchList(keyRange: pair.key.range, clauses: [])
        switch pair.value.content {
        case .sequence(let items):
            if items.isEmpty { reading.report(.emptyList("`catch`", at: pair.value.range)) }
            list.clauses = items.compactMap { clause($0, shape: shape) }
        case .mapping, .scalar:
            list.clauses = clause(pair.value, shape: shape).map { [$0] } ?? []
        }
        return list
    }

    private mutating func clause(_ node: YAMLNode, shape: String) -> CatchList.Clause? {
        guard let fields = reading.fields(node, of: "a `catch` clause", known: Keys.clause, shape: shape) else { return nil }
        let errors = reading.names(fields["errors"], shape: "errors: [http.404, timeout]").map { errorPatterns($0.names) }
        return CatchList.Clause(
            errors: errors ?? [], condition: fields.entry("if"), steps: fields["steps"].flatMap { stepList($0) },
            output: fields.entry("output"), range: node.range)
    }

    private mutating func errorPatterns(_ names: [Located<String>]) -> [Located<String>] {
        names.filter { name in
            if Names.isErrorPattern(name.value) { return true }
            let form = "an error code has lower-case parts joined by '.'; '*' may stand at its end"
            reading.report(.malformedName(name, what: "an error code", form: form))
            return false
        }
    }
}
