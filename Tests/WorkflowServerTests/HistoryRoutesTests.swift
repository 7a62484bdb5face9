import HTTPTypes
import JournalMemory
import Testing
import Values
import WorkflowJournal
import WorkflowServer

/// The history of an instance that was run three times: it failed, was retried, and continued as new.
@Suite("History")
struct HistoryRoutesTests {
    private static let definition = ContentDigest(hex: "ab")
    private static let config: Value = [:]
    private static let id = InstanceID("01890001-0000-7000-8000-000000000000")
    private let api = TestAPI()

    init() throws {
        _ = try api.service.journal.write([
            .define(DefinitionRecord(digest: Self.definition, workflow: "greeting", semantics: 1, sources: [], matchSets: [])),
            .configure(Self.config),
        ])
        let new = NewInstance(
            id: Self.id, workflow: "greeting", digest: Self.definition, input: [:], config: ContentDigest(of: Self.config),
            trigger: ["type": "api"], createdAt: Self.time(0))
        try write(.start(new), at: 1, run: 1, .failed) {
            $0.steps = [
                .insert(Self.step("a", .completed, at: 1, sequence: 1)), .insert(Self.step("b", .failed, at: 1, sequence: 2)),
            ]
            $0.attempts = [Self.attempt("b", at: 1)]
        }
        var version = try #require(try api.service.journal.storedInstance(Self.id)).claim.version
        try write(.revive(Self.id, version: version), at: 10, run: 2, .failed) {
            $0.nextRun = Self.next(.retried, reason: "shop is back", kept: [Self.step("a", .completed, at: 1, sequence: 1)])
            $0.steps = [
                .insert(
                    StepRow(
                        key: .retriedSignal(run: 2), verb: .signal, status: .completed, scheduledSequence: 2,
                        completedSequence: 2,
                        output: RetryRecord(run: 2).value, scheduledAt: Self.time(10), completedAt: Self.time(10))),
                .insert(Self.step("b", .failed, at: 10, sequence: 3)),
            ]
            $0.logs = [LogRow(time: Self.time(10), level: "info", key: nil, message: "run again: shop is back")]
        }
        version = try #require(try api.service.journal.storedInstance(Self.id)).claim.version
        try write(.revive(Self.id, version: version), at: 20, run: 3, .completed) { $0.nextRun = Self.next(.retried) }
    }

    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: (1_700_000_000 + seconds) * 1_000_000) }

    private static func step(_ key: String, _ status: StepStatus, at seconds: Int64, sequence: Int) -> StepRow {
        StepRow(
            key: MemoKey(key), verb: .call, action: "http", status: status, scheduledSequence: sequence - 1,
            completedSequence: sequence, attempt: 1, scheduledAt: time(seconds - 1), startedAt: time(seconds),
            completedAt: time(seconds))
    }

    private static func attempt(_ key: String, at seconds: Int64) -> AttemptRow {
        AttemptRow(
            key: MemoKey(key), attempt: 1, startedAt: time(seconds), endedAt: time(seconds),
            failure: Failure(code: "http.503", message: "closed"))
    }

    private static func next(
        _ kind: Transition.NextRun.Kind, reason: String? = nil, kept: [StepRow] = []
    ) -> Transition.NextRun {
        Transition.NextRun(
            kind: kind, reason: reason, digest: definition, input: [:], config: ContentDigest(of: config), labels: [:],
            kept: kept, keptSequence: kept.count)
    }

    private func write(
        _ subject: Transition.Subject, at seconds: Int64, run: Int, _ status: InstanceStatus,
        _ change: (inout Transition) -> Void
    ) throws {
        var state = Transition.InstanceState(status: status, run: run, lastSequence: 3, startedAt: Self.time(1))
        state.runStartedAt = Self.time(seconds)
        state.endedAt = Self.time(seconds)
        var transition = Transition(subject: subject, time: Self.time(seconds), instance: state)
        change(&transition)
        let outcomes = try api.service.journal.write([.transition(transition)])
        guard case .committed? = outcomes.first else { throw TestFailure("run \(run) was not written: \(outcomes)") }
    }

    private func history(run: Int) async -> [Value] {
        await api.send(.get, "/v1/instances/\(Self.id)/history?run=\(run)").json["items"]?.listValue ?? []
    }

    @Test func `An earlier run is told with its own end and attempts`() async {
        let lines = await history(run: 1)
        #expect(
            lines.map { $0["type"]?.stringValue }
                == ["started", "scheduled", "scheduled", "attemptFailed", "completed", "failed", "failed"])
        #expect(lines.last?["time"] == .string(Self.time(1).description))
    }

    @Test func `A retried run says that it is one, and why`() async throws {
        let lines = await history(run: 2)
        #expect(lines.map { $0["type"]?.stringValue }.prefix(3) == ["started", "scheduled", "completed"])
        let retried = try #require(lines.first { $0["type"] == "retried" })
        #expect(retried["run"] == 2 && retried["reason"] == "shop is back")
        #expect(lines.contains { $0["type"] == "noted" && $0["message"] == "run again: shop is back" })
        #expect(!lines.contains { $0["type"] == "timedOut" })
        #expect(lines.last?["type"] == "failed" && lines.last?["time"] == .string(Self.time(10).description))
    }

    @Test func `The current run has nothing of the others`() async {
        let lines = await history(run: 3)
        #expect(lines.map { $0["type"]?.stringValue } == ["started", "completed"])
        #expect(await api.send(.get, "/v1/instances/\(Self.id)/history").json["items"]?.listValue == lines)
    }

    @Test func `A run that never was is not found`() async {
        let answer = await api.send(.get, "/v1/instances/\(Self.id)/history?run=99")
        #expect(answer.status == .notFound && answer.json["code"] == "run.not_found")
        #expect(await api.send(.get, "/v1/instances/\(Self.id)/history?payloads=yes").json["code"] == "query.invalid")
    }
}
