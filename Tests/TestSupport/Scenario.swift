import Values
package import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// A scenario of the interpreter in a line notation: outcomes in (`>`), the commands that follow (`<`).
///
/// ```
/// > start {"name": "Ada"}
/// < call log greet {"message":"Hello Ada"}
/// > greet completed null
/// < completed {"said":true}
/// ```
///
/// In: `start INPUT` · `+DURATION` (lets time pass before the next line) · `KEY completed JSON` · `KEY failed CODE [retryable]
/// [uncertain] [JSON data]` · `KEY cancelled` · `KEY event NAME JSON` · `cancel` · `cancel --no-compensate` · `deadline` ·
/// `timeout KEY` · `retry [--from KEY]` (of the run, which has ended).
///
/// Out, times as spans since the start: `call ACTION KEY INPUT` · `sleep KEY @SPAN` · `wait KEY EVENT…` ·
/// `invoke WORKFLOW KEY INPUT [detached]` · `emit EVENT KEY DATA` · `stop KEY` · `let-finish KEY` · `stop-child KEY` ·
/// `end KEY` · `timer KEY @SPAN` · `untimer KEY` · `ending STATUS` · `cleanup-failed KEY CODE` · and the end. Of a retry first
/// what it keeps (`stays`), what it does again (`again`, when it comes to it) and what begins at once (`begins`).
///
/// After every line the stored rows are replayed into a second interpreter, which must have the same commands open; at the end
/// every prefix of them is.
package struct Scenario {
    private let graph: StepGraph
    private var run: RunRecorder?
    private var now = Scenario.startTime

    private static let startTime = Timestamp(rfc3339: "2026-01-05T09:00:00Z") ?? Timestamp(microseconds: 0)

    package init(graph: StepGraph) { self.graph = graph }

    /// Runs a script; gives it back with the commands that really followed.
    package static func run(_ script: String, graph: StepGraph) throws -> String {
        var scenario = Scenario(graph: graph)
        var lines: [String] = []
        for line in script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("< ") { continue }
            lines.append(line)
            guard line.hasPrefix("> ") else { continue }
            lines += try scenario.take(String(line.dropFirst(2))).map { "< " + $0 }
        }
        try scenario.checkPrefixes()
        return lines.joined(separator: "\n")
    }

    /// Of the rows that have no outcome, the one asked for first.
    var oldestOpen: StepRow? { run?.rows.first { !$0.status.isFinal } }

    func checkPrefixes() throws { try run?.checkPrefixes() }

    mutating func take(_ line: String) throws -> [String] {
        if line.hasPrefix("+") {
            guard let span = TimeSpan(durationLiteral: line.dropFirst()), let later = now.adding(span) else {
                throw ScenarioError("bad duration in '> \(line)'")
            }
            now = later
            return []
        }
        if line.hasPrefix("retry") { return try retry(line) }
        let commands = try line.hasPrefix("start") ? start(line) : apply(line)
        do { try run?.checkReplay() } catch { throw ScenarioError("after '> \(line)': \(error)") }
        return commands.map(describe)
    }

    private mutating func start(_ line: String) throws -> [Command] {
        let text = line.dropFirst("start".count).drop { $0 == " " }
        let raw = try JSON.parse(text.isEmpty ? "{}" : String(text))
        guard case .success(let input) = graph.main.input.admit(raw) else { throw ScenarioError("the input does not fit") }
        var config = ValueMap()
        for setting in graph.config { config[setting.name] = setting.defaultValue ?? .string("http://\(setting.name).test") }
        let header = InstanceHeader(
            id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: graph.workflow, input: input,
            config: .map(config), trigger: ["type": "test"], startedAt: now)
        var run = RunRecorder(graph: graph, header: header)
        defer { self.run = run }
        return run.begin()
    }

    private mutating func apply(_ line: String) throws -> [Command] {
        guard run != nil else { throw ScenarioError("'> \(line)' before '> start'") }
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        let content: JournalEntry.Content
        switch words[0] {
        case "cancel":
            content = .signal(.cancelled(CancelRequest(reason: nil, compensates: !line.hasSuffix("--no-compensate"))))
        case "deadline": content = .signal(.deadline)
        case "timeout": content = .signal(.timedOut(MemoKey(words[1])))
        default: content = .outcome(MemoKey(words[0]), try outcome(words))
        }
        run?.now = now
        return try run?.apply(content) ?? []
    }

    /// The ended run's retry: what it keeps, then what it begins with.
    private mutating func retry(_ line: String) throws -> [String] {
        guard let ended = run else { throw ScenarioError("'> \(line)' before '> start'") }
        try ended.checkPrefixes()
        let words = line.split(separator: " ").map(String.init)
        let step = words.count == 3 && words[1] == "--from" ? MemoKey(words[2]) : nil
        switch RetryPlan.make(graph: graph, header: ended.header, rows: ended.rows, from: step) {
        case .failure(let refusal): return ["refused (\(refusal.reason)): \(refusal)"]
        case .success(let plan):
            var header = ended.header
            header.run += 1
            var next = try RunRecorder(
                graph: graph, header: header, kept: plan.kept, keptSequence: plan.keptSequence, now: now)
            let record = RetryRecord(run: header.run, occurrences: plan.occurrences)
            let commands = try next.apply(.signal(.retried(record)))
            try next.checkReplay()
            run = next
            return preview(plan) + commands.map(describe)
        }
    }

    private func preview(_ plan: RetryPlan) -> [String] {
        let parts = [("stays", plan.staying), ("again", plan.again), ("begins", plan.beginning)]
        return parts.filter { !$0.1.isEmpty }.map { name, keys in "\(name) " + keys.map(\.text).joined(separator: " ") }
    }

    private func outcome(_ words: [String]) throws -> StepOutcome {
        let rest = words.count > 2 ? words[2] : ""
        switch words.count > 1 ? words[1] : "" {
        case "completed": return .completed(JSON.normalised(try JSON.parse(rest.isEmpty ? "null" : rest)))
        case "cancelled": return .cancelled
        case "failed":
            var parts = rest.split(separator: " ", maxSplits: 3).map(String.init)
            var failure = Failure(code: parts.removeFirst(), message: "it failed", attempt: 1)
            while let part = parts.first, part == "retryable" || part == "uncertain" {
                if part == "retryable" { failure.isRetryable = true } else { failure.isUncertain = true }
                parts.removeFirst()
            }
            if !parts.isEmpty { failure.data = try JSON.parse(parts.joined(separator: " ")) }
            return .failed(failure)
        case "event":
            let parts = rest.split(separator: " ", maxSplits: 1).map(String.init)
            let data = try JSON.parse(parts.count > 1 ? parts[1] : "null")
            let number = (run?.sequence ?? 0) + 1
            let event = StoredEvent(
                sequence: EventSequence(Int64(number)), id: "e\(number)", name: parts[0], source: "test", time: now,
                data: data)
            guard run?.interpreter.examine(event, for: MemoKey(words[0])) == .accepted else {
                throw ScenarioError("the event is declined")
            }
            return .completed(event.value)
        default: throw ScenarioError("unknown outcome in '> \(words.joined(separator: " "))'")
        }
    }

    // MARK: - Words

    private func describe(_ command: Command) -> String {
        switch command {
        case .runAction(let request):
            let again = request.leaf.occurrence > 0 ? " (occurrence \(request.leaf.occurrence))" : ""
            return "call \(request.action) \(request.leaf.key) \(JSON.text(request.input))\(again)"
        case .startSleep(let request): return "sleep \(request.leaf.key) @\(span(request.until))"
        case .openWait(let request):
            return "wait \(request.leaf.key) " + request.matches.map(\.event).joined(separator: " ")
        case .startChild(let request):
            let detached = request.isDetached ? " detached" : ""
            return "invoke \(request.workflow) \(request.leaf.key) \(JSON.text(request.input))\(detached)"
        case .sendEvent(let request): return "emit \(request.event) \(request.leaf.key) \(JSON.text(request.data))"
        case .stopChild(let key): return "stop-child \(key)"
        case .stopAction(let key): return "stop \(key)"
        case .letActionFinish(let key): return "let-finish \(key)"
        case .endLeaf(let key): return "end \(key)"
        case .startTimer(let key, let due): return "timer \(key) @\(span(due))"
        case .stopTimer(let key): return "untimer \(key)"
        case .beginEnding(let status): return "ending \(status.rawValue)"
        case .noteFailedCleanup(let step, let failure): return "cleanup-failed \(step) \(failure.code)"
        case .finish(.completed(let output)): return "completed \(JSON.text(output))"
        case .finish(.failed(let failure)): return "failed \(words(failure))"
        case .finish(.cancelled(let failure)): return "cancelled \(words(failure))"
        case .finish(.continuedAsNew(let input)): return "continued \(JSON.text(input))"
        case .finish(.timedOut(let failure)): return "timed_out \(words(failure))"
        }
    }

    private func words(_ failure: Failure) -> String {
        var text = failure.code
        if let step = failure.step { text += " at \(step)" }
        if failure.isUncertain { text += " (uncertain)" }
        if let cause = failure.cause.first { text += ", caused by \(words(cause))" }
        return text
    }

    private func span(_ time: Timestamp) -> String { time.since(Self.startTime).description }
}

package struct ScenarioError: Error, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
