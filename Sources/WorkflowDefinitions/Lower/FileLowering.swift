import CEL
import Diagnostics
import JSONSchema
import Values
import WorkflowGraph
import YAMLSyntax

/// What a file comes to, with node, block and file numbers of its own: `GraphLinking` joins files to graphs.
struct LoweredFile: Sendable {
    var nodes: [Node] = []
    var blocks: [Block] = []
    var body: FileBody
    /// Composite actions it calls; a `FileIndex` in `nodes` counts in this list.
    var callees: [String] = []
    /// Built-in actions it calls.
    var builtins: [String] = []
    var labels: [StepGraph.Label] = []
    var matchSets: [StepGraph.EventPaths] = []
    /// The values that what the cases of a `switch` compare may have, by the id of the step.
    var switchMembers: [String: [Value]] = [:]
    var triggers: [StepGraph.Trigger] = []
    var concurrency: StepGraph.Concurrency?
    /// Events it waits for, emits and is triggered by.
    var events: [String] = []
    /// Workflows it invokes.
    var invoked: [String] = []
    /// Mail templates it names.
    var templates: [String] = []
    var outputLabels = ValueLabels.written
    var hosts = HostTrust()
    /// Its inputs that decide a host, here or in what it calls.
    var hostParameters: Set<String> = []
    var diagnostics: DiagnosticCollector
    /// Everything could be lowered: the nodes may run.
    var isComplete: Bool
}

/// Types and lowers one file in a single walk: a step's output type is known before the steps after it are looked at.
///
/// Mistakes found on the way are diagnostics; the part gets the type `error`, which matches everything, and the walk goes on.
struct FileLowering {
    let definition: Definition
    let types: FileTypes
    let project: ProjectNames
    let places: StepPlaces

    var nodes: [Node] = []
    var blocks: [Block] = []
    var callees: [String] = []
    var builtins: [String] = []
    var matchSets: Set<StepGraph.EventPaths> = []
    var switchMembers: [String: [Value]] = [:]
    var usedTemplates: [String] = []
    var usedEvents: [String] = []
    var invoked: [String] = []
    var diagnostics = DiagnosticCollector()
    var isComplete = true
    /// What `return` steps give back.
    var returnTypes: [StaticType] = []
    /// Of everything the file may give back.
    var outputLabels = ValueLabels.written
    var hosts = HostTrust()
    /// Values without a type that were reported: declaring it once mends all their uses.
    var untypedPaths: Set<String> = []
    /// The lists around the step that is being lowered.
    var levels: [StepPlaces.Level] = []
    /// Loops with `initial` around it.
    var foldDepth = 0
    /// How many more unknown names are looked for among those in sight: a thousand of each would be long in comparing.
    var guessesLeft = Self.mostGuesses

    static let mostGuesses = 100

    init(_ definition: Definition, types: FileTypes, project: ProjectNames) {
        self.definition = definition
        self.types = types
        self.project = project
        places = StepPlaces(definition)
    }

    mutating func lower() -> LoweredFile {
        var file = fileScope
        let labels = self.labels(&file)
        let triggers = self.triggers()
        let concurrency = definition.concurrency.map { self.concurrency($0) }
        let (root, type) = rootNode(file)
        var body = FileBody(
            name: definition.name.value, input: contract(types.input, isClosed: true, at: definition.input?.keyRange),
            secrets: definition.secrets.map(\.value), root: root, outputType: types.returns?.staticType() ?? type)
        body.nameRange = definition.name.range
        body.inputRange = definition.input?.keyRange
        return LoweredFile(
            nodes: nodes, blocks: blocks, body: body, callees: callees, builtins: builtins, labels: labels,
            matchSets: matchSets.sorted {
                ($0.event, $0.paths.joined(separator: ",")) < ($1.event, $1.paths.joined(separator: ","))
            },
            switchMembers: switchMembers, triggers: triggers, concurrency: concurrency, events: usedEvents, invoked: invoked,
            templates: usedTemplates, outputLabels: outputLabels, hosts: hosts, diagnostics: diagnostics,
            isComplete: isComplete)
    }

    // MARK: The file

    private var fileScope: Scope {
        var variables = [
            inputVariable, configVariable(at: ScopeLayout.config),
            Scope.Variable(name: "instance", type: SystemTypes.instance, declared: nil, index: ScopeLayout.instance),
        ]
        for (position, secret) in definition.secrets.enumerated() {
            variables.append(
                Scope.Variable(
                    name: "secrets.\(secret.value)", type: .secret, declared: DeclaredType(.text(.secret)),
                    index: ScopeLayout.firstSecret + position, isSecret: true, labels: .secret(secret.value)))
        }
        return Scope(file: variables)
    }

    var inputVariable: Scope.Variable {
        Scope.Variable(
            name: "input", type: types.input.staticType(), declared: types.input, index: ScopeLayout.input, labels: inputLabels)
    }

    private var inputLabels: ValueLabels {
        if definition.kind == .workflow { return .data("the workflow's input") }
        guard let fields = types.input.fields else { return .data("the action's input") }
        return ValueLabels(fields: fields.map { ($0.field.name, .parameter($0.field.name, $0.type)) })
    }

    func configVariable(at index: Int) -> Scope.Variable {
        let type = RecordType(
            name: "config", fields: types.config.map { .init(name: $0.name, type: $0.type.staticType()) })
        let form = TypeForm.record(types.config.map { TypeForm.Field(name: $0.name, type: $0.type.form) })
        return Scope.Variable(name: "config", type: .record(type), declared: DeclaredType(form, types.names), index: index)
    }

    private mutating func labels(_ file: inout Scope) -> [StepGraph.Label] {
        definition.labels.map { entry in
            var place = ValuePlace("the label '\(entry.name)'", expected: .string)
            place.storesValue = true
            return StepGraph.Label(name: entry.name, value: value(entry.node, place, &file).expression)
        }
    }

    /// `finally(catching(shaped(group)))`, as far as the file has them.
    private mutating func rootNode(_ file: Scope) -> (NodeIndex, StaticType) {
        let body = block(definition.steps, .steps, owner: nil, in: file)
        var node = add("", .group(body.index), nil, body.neverEnds ? .never : .null)
        var type: StaticType = body.neverEnds ? .never : .null
        var output: ValueExpression?
        if let entry = definition.output {
            var result = body.scope.child()
            let lowered = value(entry.node, outputPlace, &result)
            if !body.neverEnds { type = lowered.type }
            output = lowered.expression
            outputLabels = outputLabels.joined(lowered.labels)
        } else {
            checkImplicitOutput(type)
        }
        let returns = types.returns.map { contract($0, isClosed: false, at: definition.returns?.keyRange) }
        if output != nil || returns != nil {
            let shaping = Node.Shaping(body: node, returns: returns, output: output, compensate: nil)
            node = add("", .shaped(shaping), nil, type)
        }
        if definition.kind == .workflow || definition.catches != nil || !returnTypes.isEmpty {
            let caught = catching(definition.catches, around: node, of: type, owner: nil, in: file, place: outputPlace)
            type = caught.type
            outputLabels = outputLabels.joined(caught.labels)
            node = add("", .catching(body: node, clauses: caught.clauses), nil, type)
        }
        if let list = definition.finally {
            let cleanup = block(list, .finally, owner: nil, in: file.child([SystemTypes.errorVariable(isNullable: true)]))
            node = add("", .finally(body: node, cleanup: cleanup.index), nil, type)
        }
        return (node, returnTypes.reduce(type) { $0.join($1) })
    }

    /// Where the result of the file is written: `output`, a clause's `output`, `return`.
    var outputPlace: ValuePlace {
        var place = ValuePlace("the output", expected: types.returns)
        place.storesValue = true
        return place
    }

    private mutating func checkImplicitOutput(_ type: StaticType) {
        guard let returns = types.returns, let entry = definition.returns else { return }
        let target = returns.staticType()
        guard !type.isAssignable(to: target) else { return }
        report(.missingOutput(target, at: entry.keyRange))
    }

    // MARK: Blocks

    struct LoweredBlock {
        var index: BlockIndex
        /// With all its steps in sight.
        var scope: Scope
        /// Some step of it always fails or returns.
        var neverEnds: Bool
    }

    mutating func block(_ list: StepList, _ kind: StepPlaces.ListKind, owner: String?, in parent: Scope) -> LoweredBlock {
        var scope = parent.child()
        scope.prepare()
        var indices: [NodeIndex] = []
        var end: Step?
        for (position, step) in list.steps.enumerated() {
            if let end, end.id.range != step.id.range { reportUnreachable(step, after: end) }
            levels.append(StepPlaces.level(list, kind, position: position, owner: owner))
            let lowered = self.step(step, in: scope)
            levels.removeLast()
            indices.append(lowered.index)
            if let variable = lowered.variable(named: step.id.value, at: position) { scope.add(variable) }
            if lowered.type == .never, end == nil { end = step }
            if lowered.endsBody, let condition = lowered.condition { scope.assume(condition, is: false) }
        }
        blocks.append(Block(steps: indices))
        return LoweredBlock(index: BlockIndex(blocks.count - 1), scope: scope, neverEnds: end != nil)
    }

    private mutating func reportUnreachable(_ step: Step, after end: Step) {
        report(.unreachable(step, after: end))
    }

    // MARK: Building

    mutating func report(_ diagnostic: Diagnostic) { diagnostics.report(diagnostic) }

    /// Whether it may be guessed what one more unknown name was meant to be.
    mutating func mayGuess() -> Bool {
        guessesLeft -= 1
        return guessesLeft >= 0
    }

    mutating func add(_ id: String, _ kind: Node.Kind, _ range: SourceRange?, _ type: StaticType) -> NodeIndex {
        nodes.append(Node(id: id, kind: kind, range: range, outputType: type))
        return NodeIndex(nodes.count - 1)
    }

    /// A type at a boundary. Mistakes in a schema written out by the author are reported at the key that has it.
    mutating func contract(_ type: DeclaredType, isClosed: Bool, at range: SourceRange?) -> ValueContract {
        let made = ContractMaking.contract(type, isClosed: isClosed)
        for problem in made.problems {
            // What is wrong inside a schema that an author wrote out is reported where it stands there.
            guard let range, !type.isWrittenOut(at: problem.pointer) else { continue }
            report(.schemaProblem(problem, at: range))
        }
        if let contract = made.contract { return contract }
        isComplete = false
        // Anything goes; the file is reported and never runs.
        let (schema, _) = CompiledSchema.compile([:])
        guard let schema else { preconditionFailure("the empty schema compiles") }
        return ValueContract(schema: schema, type: .any, shape: .any)
    }

    /// The number of a composite action in this file.
    mutating func callee(_ name: String) -> FileIndex {
        if let position = callees.firstIndex(of: name) { return FileIndex(position) }
        callees.append(name)
        return FileIndex(callees.count - 1)
    }
}

/// What a step was lowered to.
struct LoweredStep {
    /// Its outermost node; for a case of `switch` without its `if`.
    var index: NodeIndex
    var type: StaticType
    var declared: DeclaredType?
    var labels: ValueLabels
    /// The `if`, for the case that is made of it.
    var test: ValueExpression?
    var condition: CompiledExpression?
    /// What follows it is reached only when its `if` was false.
    var endsBody = false

    func variable(named id: String, at position: Int) -> Scope.Variable? {
        guard !id.isEmpty else { return nil }
        // What follows a step that never ends is unreachable, and reported as that alone.
        let type = type == .never ? StaticType.error : type
        return Scope.Variable(name: "steps.\(id)", type: type, declared: declared, index: position, labels: labels)
    }
}

/// Names outside a file that its steps may use.
struct ProjectNames: Sendable {
    /// Actions by name, built-in and composite.
    var actions: [String: ActionSignature] = [:]
    /// Output types of composite actions that declare none, as far as they have been lowered.
    var outputTypes: [String: StaticType] = [:]
    /// Of the outputs of composite actions, as far as they have been lowered.
    var outputLabels: [String: ValueLabels] = [:]
    /// The inputs of composite actions that decide a host, as far as they have been lowered.
    var hostParameters: [String: Set<String>] = [:]
    /// What workflows take and return, by name.
    var interfaces: [String: ActionSignature] = [:]
    /// Mail templates by name.
    var templates: [String: MailTemplate] = [:]
    /// Of the project's workflows, and of those it has only the interface of.
    var workflows: [String] = []

    var templateNames: [String] { templates.keys.sorted { $0.precedesByCodePoint($1) } }
    func hostParameters(of action: String) -> Set<String> { hostParameters[action] ?? [] }

    var actionNames: [String] { actions.keys.sorted { $0.precedesByCodePoint($1) } }
}

/// The types of variables that wfrun itself provides.
enum SystemTypes {
    static let instance = StaticType.record(
        RecordType(
            name: "instance",
            fields: [
                .init(name: "id", type: .string), .init(name: "workflow", type: .string),
                .init(name: "continuations", type: .int),
                .init(name: "startedAt", type: .timestamp), .init(name: "trigger", type: .any),
            ]))

    static let error = StaticType.record(
        RecordType(
            name: "error",
            fields: [
                .init(name: "code", type: .string), .init(name: "message", type: .string),
                .init(name: "retryable", type: .bool),
                .init(name: "step", type: .string), .init(name: "key", type: .string), .init(name: "attempt", type: .int),
                .init(name: "data", type: .any), .init(name: "uncertain", type: .bool), .init(name: "cause", type: .any),
            ]))

    static let step = StaticType.record(RecordType(name: "step", fields: [.init(name: "key", type: .string)]))

    static let schedule = StaticType.record(RecordType(name: "schedule", fields: [.init(name: "time", type: .timestamp)]))

    static func errorVariable(isNullable: Bool) -> Scope.Variable {
        Scope.Variable(
            name: "error", type: isNullable ? .nullable(error) : error, declared: nil, index: ScopeLayout.error,
            labels: .data("an error"))
    }
}
