import CEL
import Diagnostics
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowJournal
import YAMLSyntax

/// Reads one test file and checks everything in it against what it tests: docs/testing.md.
struct TestFileReading {
    let project: TestProject
    var typed = TypedReading(reading: NodeReading())

    static let keys = ["test", "description", "cases"]
    static let caseKeys = [
        "name", "description", "at", "input", "config", "secrets", "mock", "children", "events", "cancel", "expect",
    ]
    /// Far from any turn of the year, the month or daylight saving time.
    static let defaultStart = Timestamp(microseconds: 1_768_471_200_000_000)

    /// - Returns: nil when nothing of it can be run.
    mutating func suite(_ root: YAMLNode, _ file: SourceFile) -> TestSuite? {
        let shape = "test: <workflow or action>"
        guard let fields = typed.reading.fields(root, of: "a test file", known: Self.keys, shape: shape) else { return nil }
        _ = typed.reading.string(fields["description"])
        guard let pair = fields["test"] else {
            typed.reading.report(.missingKey("test", in: "a test file", at: root.firstLine, shape: shape))
            return nil
        }
        guard let name = typed.reading.string(pair) else { return nil }
        guard let list = fields["cases"] else {
            typed.reading.report(.missingKey("cases", in: "a test file", at: root.firstLine, shape: "cases: [{ name: works }]"))
            return nil
        }
        guard let target = project.target(name.value) else {
            // The mistakes of a faulty definition are reported where they are.
            if !project.isFaulty(name.value) {
                typed.reading.report(.unknownTarget(name.value, known: project.names, at: name.range))
            }
            return nil
        }
        checkPlace(name, target, file)
        let nodes = typed.reading.list(list.value, of: "`cases`", shape: "cases: [{ name: works }]")
        if nodes.isEmpty, case .sequence = list.value.content {
            typed.reading.report(.emptyList("`cases`", at: list.value.range))
        }
        var cases: [TestCase] = []
        for node in nodes {
            guard let found = testCase(node, target) else { continue }
            if let first = cases.first(where: { $0.name.hasSameCodePoints(as: found.name) }) {
                typed.reading.report(.sameCase(found.name, at: found.range, first: first.range))
            }
            cases.append(found)
        }
        return TestSuite(file: file, target: target, cases: cases)
    }

    /// `order.test.yaml` tests what `order.yaml` defines.
    private mutating func checkPlace(_ name: Located<String>, _ target: TestTarget, _ file: SourceFile) {
        guard let path = project.path(of: target.name), file.path.hasSuffix(".test.yaml") else { return }
        let own = file.path.dropLast(".test.yaml".count).split(separator: "/").last ?? ""
        let other = path.dropLast(".yaml".count).split(separator: "/").last ?? ""
        if own != other { typed.reading.report(.otherFile(target.name, expected: String(own), at: name.range)) }
    }

    // MARK: A case

    private mutating func testCase(_ node: YAMLNode, _ target: TestTarget) -> TestCase? {
        let shape = "{ name: works, expect: { status: completed } }"
        guard let fields = typed.reading.fields(node, of: "a case", known: Self.caseKeys, shape: shape) else { return nil }
        _ = typed.reading.string(fields["description"])
        guard let name = typed.reading.string(fields["name"]) else {
            if fields["name"] == nil { typed.reading.report(.missingKey("name", in: "a case", at: node.firstLine)) }
            return nil
        }
        var behaviour = BehaviourReading(project: project, typed: typed)
        let instance = behaviour.behaviour(mock: fields["mock"], children: fields["children"], of: target.graph)
        typed = behaviour.typed
        let graphs = behaviour.graphs(root: target.graph)
        let input = input(fields["input"], of: target, at: name.range)
        var found = TestCase(
            name: name.value, range: name.range, input: input, start: start(fields["at"]),
            config: config(fields["config"], behaviour.closure(of: target.graph), target),
            secrets: secrets(fields["secrets"], behaviour.closure(of: target.graph), target), behaviour: instance,
            expectation: Expectation(), graphs: graphs)
        for graph in behaviour.closure(of: target.graph) { found.originals[graph.workflow] = graph }
        found.events = events(fields["events"], behaviour.closure(of: target.graph), target)
        if let pair = fields["cancel"],
            let cancel = typed.reading.fields(pair.value, of: "`cancel`", known: ["after"], shape: "cancel: { after: 1h }")
        {
            found.cancelAfter = typed.reading.duration(cancel["after"])?.value ?? .zero
        }
        if let pair = fields["expect"] {
            var expectation = ExpectationReading(project: project, typed: typed)
            found.expectation = expectation.expectation(pair.value, of: target.graph, instance)
            typed = expectation.typed
        } else {
            found.expectation.status = .completed
        }
        return found
    }

    private mutating func input(_ pair: YAMLPair?, of target: TestTarget, at name: SourceRange) -> Value {
        let contract = target.graph.main.input
        if let pair { return typed.value(pair.value, under: contract, as: "`input`") ?? .null }
        if case .failure = contract.admit([:]) {
            var names: [String] = []
            if case .record(let record) = contract.type {
                names = record.fields.filter { !$0.isOptional }.map(\.name).filter { contract.defaults($0) == false }
            }
            typed.reading.report(.missingInput(names, of: target.name, at: name))
        }
        return [:]
    }

    private mutating func start(_ pair: YAMLPair?) -> Timestamp {
        guard let pair, case .string(let text)? = typed.value(pair.value, as: .timestamp, "`at`", .exact) else {
            return Self.defaultStart
        }
        return Timestamp(rfc3339: text) ?? Self.defaultStart
    }

    /// What is not given is made up, so that a case only says what it is about.
    private mutating func config(_ pair: YAMLPair?, _ graphs: [StepGraph], _ target: TestTarget) -> Value {
        let settings = graphs.flatMap(\.config)
        var values = ValueMap()
        for setting in settings { values[setting.name] = setting.defaultValue ?? setting.madeUp }
        guard let pair else { return .map(values) }
        for entry in typed.reading.entries(pair.value, of: "`config`", shape: "config: { shopUrl: https://shop.test }") {
            guard let setting = settings.first(where: { $0.name.hasSameCodePoints(as: entry.name) }) else {
                typed.reading.report(.undeclaredSetting("setting", entry.key, of: target.name, known: settings.map(\.name)))
                continue
            }
            if let value = typed.value(entry.node, under: setting.contract, as: "the setting '\(entry.name)'") {
                values[entry.name] = value
            }
        }
        return .map(values)
    }

    private mutating func secrets(_ pair: YAMLPair?, _ graphs: [StepGraph], _ target: TestTarget) -> [String: String] {
        let names = graphs.flatMap(\.files).flatMap(\.secrets)
        var values = Dictionary(names.map { ($0, "secret-\($0)") }, uniquingKeysWith: { first, _ in first })
        guard let pair else { return values }
        for entry in typed.reading.entries(pair.value, of: "`secrets`", shape: "secrets: { api_key: k1 }") {
            guard values[entry.name] != nil else {
                typed.reading.report(.undeclaredSetting("secret", entry.key, of: target.name, known: values.keys.sorted()))
                continue
            }
            if let text = typed.reading.string(entry.node, as: "the secret '\(entry.name)'") { values[entry.name] = text.value }
        }
        return values
    }

    private mutating func events(_ pair: YAMLPair?, _ graphs: [StepGraph], _ target: TestTarget) -> [TestEvent] {
        guard let pair else { return [] }
        var contracts: [String: ValueContract] = [:]
        for graph in graphs { contracts.merge(graph.events) { first, _ in first } }
        let shape = "{ after: 2h, event: order.paid, data: { orderId: o1 } }"
        return typed.reading.list(pair.value, of: "`events`", shape: "events: [\(shape)]").compactMap { node in
            let known = ["after", "event", "data", "source"]
            guard let fields = typed.reading.fields(node, of: "an event", known: known, shape: shape) else { return nil }
            guard let name = typed.reading.string(fields["event"]) else {
                if fields["event"] == nil { typed.reading.report(.missingKey("event", in: "an event", at: node.firstLine)) }
                return nil
            }
            let after = typed.reading.duration(fields["after"])?.value ?? .zero
            let source = typed.reading.string(fields["source"])?.value ?? "test"
            guard let contract = contracts[name.value] else {
                let names = contracts.keys.sorted { $0.precedesByCodePoint($1) }
                typed.reading.report(.undeclaredEvent(name.value, of: target.name, known: names, at: name.range))
                return nil
            }
            guard let data = fields["data"] else {
                typed.reading.report(.missingKey("data", in: "an event", at: node.firstLine))
                return nil
            }
            guard let value = typed.value(data.value, as: contract.type, "`data`", .exact),
                typed.value(data.value, under: contract, as: "`data`") != nil
            else { return nil }
            return TestEvent(after: after, name: name.value, source: source, data: value)
        }
    }
}

extension ValueContract {
    /// Whether an absent field of that name is filled in.
    fileprivate func defaults(_ name: String) -> Bool {
        guard case .record(let fields) = shape else { return false }
        return fields.contains { $0.name == name && $0.defaultValue != nil }
    }
}

extension StepGraph.ConfigSetting {
    /// A value for a setting that a case does not give: recognisable, and never an address of somebody.
    fileprivate var madeUp: Value {
        let host = name.lowercased().replacing("_", with: "-")
        let candidates: [Value] = [
            .string("https://\(host).test"), .string("\(host)@example.test"), .string("00000000-0000-8000-8000-000000000000"),
            contract.type.sample(named: name),
        ]
        if case .string = contract.type, case .success = contract.admit(.string(name)) {
            return isAddress ? candidates[0] : .string(name)
        }
        return candidates.first { if case .success = contract.admit($0) { true } else { false } } ?? .null
    }

    private var isAddress: Bool { name.hasSuffix("Url") || name.hasSuffix("_url") }
}

/// Reads `mock` and `children`, and says which graphs run with them.
struct BehaviourReading {
    let project: TestProject
    var typed: TypedReading
    private var mocks = 0
    /// Steps whose call is mocked as a whole, by workflow.
    private var replaced: [String: [StepNodes]] = [:]

    init(project: TestProject, typed: TypedReading) {
        self.project = project
        self.typed = typed
    }

    /// The workflow with those it may start, itself first.
    func closure(of graph: StepGraph) -> [StepGraph] {
        var found = [graph]
        var names: Set<String> = [graph.workflow]
        var position = 0
        while position < found.count {
            for name in found[position].invokedWorkflows where names.insert(name).inserted {
                if let target = project.workflow(name) { found.append(target.graph) }
            }
            position += 1
        }
        return found
    }

    func graphs(root: StepGraph) -> [String: StepGraph] {
        var graphs: [String: StepGraph] = [:]
        for graph in closure(of: root) {
            graphs[graph.workflow] = graph.mocking(replaced[graph.workflow] ?? []) { name in
                project.workflow(name)?.graph.main.input
            }
        }
        return graphs
    }

    mutating func behaviour(mock: YAMLPair?, children: YAMLPair?, of graph: StepGraph) -> InstanceBehaviour {
        var behaviour = InstanceBehaviour()
        var wholes: [(path: StepPath, range: SourceRange)] = []
        if let mock {
            for entry in typed.reading.entries(mock.value, of: "`mock`", shape: "mock: { charge: { id: ch1 } }") {
                guard let (path, place) = place(entry.key, in: graph) else { continue }
                guard let mocked = Mocked(place.step, in: graph) else {
                    typed.reading.report(
                        .cannotBeMocked(graph.verbName(place.step.verb), entry.name, at: entry.keyRange))
                    continue
                }
                if mocked.isWhole { wholes.append((path, entry.keyRange)) }
                if mocked.isReplaced { replaced[graph.workflow, default: []].append(place.step) }
                if let found = self.mock(entry, path, mocked) { behaviour.mocks.append(found) }
            }
        }
        for (inner, mock) in behaviour.mocks.enumerated() {
            let outer = wholes.first { whole in
                whole.path.segments.count < mock.path.segments.count
                    && zip(whole.path.segments, mock.path.segments).allSatisfy { $0.covers($1) }
            }
            if let outer {
                typed.reading.report(
                    .mockedTwice(
                        behaviour.mocks[inner].path.text, outer.path.text, at: mock.range, first: outer.range))
            }
        }
        if let children { readChildren(children, of: graph, into: &behaviour) }
        return behaviour
    }

    private mutating func readChildren(_ pair: YAMLPair, of graph: StepGraph, into behaviour: inout InstanceBehaviour) {
        let shape = "children: { ship: { mock: { label: { id: l1 } } } }"
        for entry in typed.reading.entries(pair.value, of: "`children`", shape: shape) {
            guard let (path, place) = place(entry.key, in: graph) else { continue }
            guard case .invoke(let invoke) = graph[place.step.verb].kind else {
                typed.reading.report(.notCalled(graph.verbName(place.step.verb), path.text, at: entry.keyRange))
                continue
            }
            guard let target = project.workflow(invoke.workflow),
                let fields = typed.reading.fields(entry.node, of: "a child", known: ["mock", "children"], shape: shape)
            else { continue }
            let inner = self.behaviour(mock: fields["mock"], children: fields["children"], of: target.graph)
            behaviour.children.append((path, inner))
        }
    }

    private mutating func place(_ key: YAMLScalar, in graph: StepGraph) -> (StepPath, StepGraph.StepPlace)? {
        typed.reading.place(key.text, key, in: graph)
    }

    // MARK: Answers

    private mutating func mock(_ entry: Entry, _ path: StepPath, _ mocked: Mocked) -> Mock? {
        mocks += 1
        let what = "the mock of '\(entry.name)'"
        var answers: [Mock.Answer?] = []
        var isSequence = false
        if let form = form(entry.node), form.key.text == "values" {
            isSequence = true
            let delay = self.delay(entry.node)
            let items = typed.reading.list(form.value, of: "`values`", shape: "values: [first, second]")
            if items.isEmpty, case .sequence = form.value.content {
                typed.reading.report(.emptyList("`values`", at: form.value.range))
            }
            for (index, item) in items.enumerated() {
                var answer = self.answer(item, "answer \(index + 1) of \(what)", mocked)
                if answer?.delay == nil { answer?.delay = delay }
                answers.append(answer)
            }
        } else {
            answers = [answer(entry.node, what, mocked)]
        }
        let whole = answers.compactMap { $0 }
        guard whole.count == answers.count, !whole.isEmpty else { return nil }
        return Mock(number: mocks, path: path, range: entry.keyRange, answers: whole, isSequence: isSequence)
    }

    /// The one of `value`, `values`, `fail` that a mapping is made of, with at most `after` beside it.
    private func form(_ node: YAMLNode) -> YAMLPair? {
        guard case .mapping(let pairs) = node.content, Mocked.isForm(pairs.map(\.key.text)) else { return nil }
        return pairs.first { Mocked.forms.contains($0.key.text) }
    }

    private mutating func delay(_ node: YAMLNode) -> TimeSpan? {
        guard case .mapping(let pairs) = node.content, let pair = pairs.first(where: { $0.key.text == "after" }) else {
            return nil
        }
        return typed.reading.duration(pair)?.value
    }

    private mutating func answer(_ node: YAMLNode, _ what: String, _ mocked: Mocked) -> Mock.Answer? {
        guard let form = form(node), form.key.text != "values" else {
            return value(node, what, mocked).map { Mock.Answer(outcome: .success($0), delay: nil) }
        }
        let delay = self.delay(node)
        if form.key.text == "value" {
            return value(form.value, what, mocked).map { Mock.Answer(outcome: .success($0), delay: delay) }
        }
        return failure(form.value).map { Mock.Answer(outcome: .failure($0), delay: delay) }
    }

    private mutating func value(_ node: YAMLNode, _ what: String, _ mocked: Mocked) -> Value? {
        let value: Value?
        if let returns = mocked.returns {
            guard typed.value(node, as: returns.type, what, .result) != nil else { return nil }
            value = typed.value(node, under: returns, as: what)
        } else if mocked.neutral.isEmpty {
            value = typed.value(node, as: mocked.type, what, .result)
        } else {
            value = typed.value(node, as: mocked.type, what, .lenient)
        }
        guard case .map(var map)? = value else { return value }
        for (key, neutral) in mocked.neutral where map[key] == nil { map[key] = neutral }
        return .map(map)
    }

    private mutating func failure(_ node: YAMLNode) -> Failure? {
        let known = ["code", "message", "data", "retryable", "uncertain"]
        let shape = "fail: { code: http.503 }"
        guard let fields = typed.reading.fields(node, of: "`fail`", known: known, shape: shape) else { return nil }
        guard let code = typed.reading.string(fields["code"]) else {
            if fields["code"] == nil {
                typed.reading.report(.missingKey("code", in: "`fail`", at: node.firstLine, shape: shape))
            }
            return nil
        }
        let data = fields["data"].flatMap { typed.value($0.value, as: .any, "`data`", .exact) }
        let message = typed.reading.string(fields["message"])?.value ?? "the mock fails with \(code.value)"
        return Failure(
            code: code.value, message: message,
            isRetryable: typed.reading.boolean(fields["retryable"])?.value ?? project.isRetryable(code.value),
            data: data ?? .null, isUncertain: typed.reading.boolean(fields["uncertain"])?.value ?? false)
    }
}

extension NodeReading {
    /// Where a key written in a test leads; reports when it leads nowhere.
    mutating func place(_ text: String, _ scalar: YAMLScalar, in graph: StepGraph) -> (StepPath, StepGraph.StepPlace)? {
        guard let path = StepPath(text) else {
            report(.noKey(text, at: scalar.range))
            return nil
        }
        switch graph.place(of: path) {
        case .success(let place): return (path, place)
        case .failure(let problem):
            report(.unknownStep(problem, of: graph.workflow, at: scalar.sourceRange(ofText: problem.bytes)))
            return nil
        }
    }
}

extension StepGraph {
    /// The verb as authors write it.
    func verbName(_ verb: NodeIndex) -> String {
        switch self[verb].kind {
        case .action, .composite: "call"
        case .wait: "wait"
        case .sleep: "sleep"
        case .bindings: "let"
        case .invoke: "invoke"
        case .emit: "emit"
        case .group: "steps"
        case .parallel: "parallel"
        case .choice: "switch"
        case .fail, .raise: "fail"
        case .return: "return"
        case .continueAsNew: "continue_as_new"
        case .condition, .finally, .catching, .timeout, .foreach, .repeat, .retry, .shaped: "step"
        }
    }
}
