import Diagnostics
import Values
import YAMLSyntax

/// Reads one file's keys into a `Definition`. Reports what is wrong with them and goes on: what could be read is there.
struct DefinitionParser {
    var reading = NodeReading()

    /// Of a built-in action's signature, which has no steps.
    static let signatureKeys = ["action", "description", "input", "returns", "errors", "sinks", "secrets", "types"]

    /// - Parameter signature: a file that declares a built-in action.
    mutating func definition(_ root: YAMLNode, file: SourceFile, isSignature: Bool = false) -> Definition? {
        guard let fields = reading.fields(root, of: "a definition", known: Keys.definition, shape: "workflow: <name>") else {
            return nil
        }
        guard let (kind, name) = nameAndKind(fields, isSignature: isSignature) else { return nil }
        var definition = Definition(kind: kind, name: name, file: file, root: root)
        definition.description = reading.string(fields["description"])
        if let version = reading.integer(fields["dsl"], in: 1...1_000), version.value != 1 {
            reading.report(.unsupportedLanguage(version))
        }
        readDeclarations(fields, into: &definition)
        readWorkflowKeys(fields, into: &definition)
        readBody(fields, into: &definition)
        return definition
    }

    /// `types.yaml` of a project.
    mutating func sharedTypes(_ root: YAMLNode, file: SourceFile) -> SharedTypes? {
        let shape = "types: { Name: { field: string } }"
        guard let fields = reading.fields(root, of: "types.yaml", known: Keys.sharedTypes, shape: shape) else { return nil }
        return SharedTypes(file: file, types: types(fields), events: events(fields))
    }

    private mutating func nameAndKind(_ fields: Fields, isSignature: Bool) -> (Definition.Kind, Located<String>)? {
        switch (fields["workflow"], fields["action"]) {
        case (nil, nil):
            reading.report(.neitherWorkflowNorAction(at: fields.node.firstLine))
            return nil
        case (let workflow?, let action):
            if let action { reading.report(.bothWorkflowAndAction(workflow.key, action.key)) }
            return reading.string(workflow).map { (.workflow, checked($0, kind: .workflow)) }
        case (nil, let action?):
            return reading.string(action).map { (isSignature ? .builtin : .action, checked($0, kind: .action)) }
        }
    }

    private mutating func checked(_ name: Located<String>, kind: Definition.Kind) -> Located<String> {
        let isValid = kind == .workflow ? Names.isWorkflow(name.value) : Names.isAction(name.value)
        if !isValid {
            let form =
                kind == .workflow
                ? "a workflow's name has lower-case words joined by '-', folders joined by '.'"
                : "an action's name has lower-case words joined by '_', folders joined by '.'"
            reading.report(
                .badID(
                    name, what: kind == .workflow ? "a workflow's name" : "an action's name", form: form,
                    suggestion: Names.definitionName(from: name.value, wordsJoinedBy: kind == .workflow ? "-" : "_")))
        }
        return name
    }

    // MARK: Declarations

    private mutating func readDeclarations(_ fields: Fields, into definition: inout Definition) {
        definition.input = fields.entry("input")
        definition.returns = fields.entry("returns")
        definition.types = types(fields)
        definition.events = events(fields)
        definition.config = settings(fields)
        definition.secrets = secrets(fields)
    }

    private mutating func types(_ fields: Fields) -> [Entry] {
        guard let pair = fields["types"] else { return [] }
        let entries = reading.entries(pair.value, of: "`types`", shape: "types: { Name: { field: string } }")
        for entry in entries where !Names.isType(entry.name) {
            let name = Located(entry.name, at: entry.keyRange)
            reading.report(
                .badID(
                    name, what: "a type's name", form: "a type's name begins with a capital letter",
                    suggestion: Names.typeName(from: entry.name)))
        }
        return entries
    }

    private mutating func events(_ fields: Fields) -> [Entry] {
        guard let pair = fields["events"] else { return [] }
        let entries = reading.entries(pair.value, of: "`events`", shape: "events: { order.paid: { orderId: string } }")
        for entry in entries where !Names.isEvent(entry.name) {
            reading.report(
                .malformedName(Located(entry.name, at: entry.keyRange), what: "an event's name", form: Names.eventForm))
        }
        return entries
    }

    private mutating func settings(_ fields: Fields) -> [Entry] {
        guard let pair = fields["config"] else { return [] }
        let entries = reading.entries(pair.value, of: "`config`", shape: "config: { shopUrl: uri }")
        for entry in entries where !Names.isSetting(entry.name) {
            reading.report(
                .badID(
                    Located(entry.name, at: entry.keyRange), what: "a setting's name", form: Names.settingForm,
                    suggestion: Names.settingName(from: entry.name))
            )
        }
        return entries
    }

    private mutating func secrets(_ fields: Fields) -> [Located<String>] {
        guard let pair = fields["secrets"] else { return [] }
        let items = reading.list(pair.value, of: "`secrets`", shape: "secrets: [payments_key]")
        var names: [Located<String>] = []
        for item in items {
            guard let name = reading.string(item, as: "the name of a secret") else { continue }
            if !Names.isSetting(name.value) {
                reading.report(
                    .badID(
                        name, what: "a secret's name", form: Names.settingForm, suggestion: Names.id(from: name.value)))
            } else if let first = names.first(where: { $0.value == name.value }) {
                reading.report(.duplicateID(name, first: first.range))
            } else {
                names.append(name)
            }
        }
        return names
    }

    // MARK: Keys of workflows

    private mutating func readWorkflowKeys(_ fields: Fields, into definition: inout Definition) {
        if definition.kind != .workflow {
            for key in Keys.workflowOnly {
                guard let pair = fields[key] else { continue }
                reading.report(
                    .exclusive(
                        "'\(key)' is for workflows; an action runs inside its caller", at: pair.key.range,
                        help: "move it to the workflows that call this action"))
            }
            return
        }
        definition.labels = labels(fields)
        definition.timeout = reading.duration(fields["timeout"])
        definition.triggers = triggers(fields)
        definition.concurrency = concurrency(fields)
        definition.retention = retention(fields)
    }

    private mutating func labels(_ fields: Fields) -> [Entry] {
        guard let pair = fields["labels"] else { return [] }
        let entries = reading.entries(pair.value, of: "`labels`", shape: "labels: { customer: \"${{ input.customerId }}\" }")
        for entry in entries where !Names.isLabel(entry.name) {
            reading.report(
                .malformedName(Located(entry.name, at: entry.keyRange), what: "a label's name", form: Names.labelForm))
        }
        return entries
    }

    private mutating func triggers(_ fields: Fields) -> [Trigger] {
        guard let pair = fields["triggers"] else { return [] }
        return reading.list(pair.value, of: "`triggers`", shape: "triggers: [{ cron: '0 6 * * *' }]").compactMap { trigger($0) }
    }

    private mutating func trigger(_ node: YAMLNode) -> Trigger? {
        guard let fields = reading.fields(node, of: "a trigger", known: Keys.trigger, shape: "{ cron: '0 6 * * *' }") else {
            return nil
        }
        checkTrigger(fields)
        let input = fields.entry("input")
        if let cron = fields["cron"] {
            let catchup = reading.choice(fields["catchup"], among: Keys.catchups)
            let overlap = reading.choice(fields["overlap"], among: Keys.overlaps)
            if let catchup, catchup.value == "all", overlap.map({ $0.value != "allow" }) ?? (fields["overlap"] == nil) {
                reading.report(.catchupNeedsOverlap(catchup, overlap: overlap))
            }
            guard let pattern = reading.string(cron) else { return nil }
            let source = Trigger.Source.cron(
                pattern, timezone: reading.string(fields["timezone"]), catchup: catchup, overlap: overlap)
            return Trigger(source: source, input: input, range: node.range, pattern: cron.value.scalar)
        }
        guard let names = reading.names(fields["event"], shape: "event: order.paid") else {
            if fields["event"] == nil, !fields.hasUnknownKeys { reading.report(.triggerWithoutSource(at: node.firstLine)) }
            return nil
        }
        return Trigger(source: .event(names.names, condition: fields.entry("where")), input: input, range: node.range)
    }

    /// A trigger has one source, and only the keys that go with it.
    private mutating func checkTrigger(_ fields: Fields) {
        guard let source = fields["cron"] ?? fields["event"] else { return }
        if let event = fields["event"], source.key.text != event.key.text {
            reading.report(
                .exclusive(
                    "a trigger has 'cron' or 'event', not both", at: event.key.range, and: source.key.range,
                    help: "make two triggers of it"))
        }
        let others = source.key.text == "cron" ? ["where"] : ["timezone", "catchup", "overlap"]
        // With both sources the keys of both are expected.
        guard fields["cron"] == nil || fields["event"] == nil else { return }
        for key in others {
            guard let pair = fields[key] else { continue }
            reading.report(
                .exclusive(
                    "'\(key)' does not go with '\(source.key.text)'", at: pair.key.range, and: source.key.range,
                    help: key == "where" ? "only events can be filtered" : "it belongs to a trigger with 'cron'"))
        }
    }

    private mutating func concurrency(_ fields: Fields) -> Concurrency? {
        guard let pair = fields["concurrency"] else { return nil }
        guard
            let inner = reading.fields(
                pair.value, of: "`concurrency`", known: Keys.concurrency, shape: "concurrency: { limit: 1 }")
        else {
            return nil
        }
        return Concurrency(
            key: inner.entry("key"), limit: reading.integer(inner["limit"], in: 1...100_000),
            overflow: reading.choice(inner["overflow"], among: Keys.overflows), keyRange: pair.key.range)
    }

    private mutating func retention(_ fields: Fields) -> Retention? {
        guard let pair = fields["retention"] else { return nil }
        var retention = Retention(keyRange: pair.key.range)
        guard case .mapping = pair.value.content else {
            retention.all = reading.duration(pair.value, of: "retention")
            return retention
        }
        guard let inner = reading.fields(pair.value, of: "`retention`", known: Keys.endings, shape: "retention: 30d") else {
            return retention
        }
        for ending in Keys.endings {
            if let span = reading.duration(inner[ending]) { retention.byStatus.append((ending, span)) }
        }
        return retention
    }

    // MARK: Body

    private mutating func readBody(_ fields: Fields, into definition: inout Definition) {
        var parser = StepParser(reading: reading)
        definition.output = fields.entry("output")
        definition.catches = fields["catch"].flatMap { parser.catches($0) }
        definition.finally = fields["finally"].flatMap { parser.stepList($0) }
        if let pair = fields["steps"] {
            if let list = parser.stepList(pair) { definition.steps = list }
        } else if definition.kind != .builtin {
            parser.reading.report(
                .missingKey("steps", in: "a definition", at: definition.name.range, shape: "steps: [{ id: …, call: … }]"))
        }
        reading = parser.reading
    }
}
