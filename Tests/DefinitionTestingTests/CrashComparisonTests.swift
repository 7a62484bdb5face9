import DefinitionTesting
import Testing
import Values
import WorkflowGraph
import WorkflowJournal

/// What counts as a difference between a run with restarts and the run without.
struct CrashComparisonTests {
    private static let id = InstanceID("instance")
    private static let time = Timestamp(microseconds: 1_768_471_200_000_000)

    @Test("The same run is the same, and another order of branches beside each other is no difference")
    func interleaving() throws {
        #expect(try differences { _ in } == [])
        #expect(try differences { $0.calls.swapAt(1, 2) } == [])
        #expect(try differences { $0.logs.swapAt(1, 2) } == [])
    }

    @Test("Another order of steps that follow each other is a difference")
    func order() throws {
        #expect(try differences { $0.calls.swapAt(0, 1) }.contains("- call p/a/c, key 1"))
        #expect(try differences { $0.calls.swapAt(2, 3) }.contains("- call p/d, key 3"))
        #expect(try differences { $0.logs.swapAt(0, 1) } == ["- log info c", "+ log info c"])
    }

    @Test("Another end, output or error is a difference")
    func ends() throws {
        #expect(try differences { $0.status = .failed } == ["- status completed", "+ status failed"])
        #expect(try differences { $0.output = 2 } == ["- output 1", "+ output 2"])
        #expect(
            try differences { $0.failure = Failure(code: "over", message: "all over", data: 3) } == ["+ error over: all over 3"]
        )
        #expect(
            try differences { $0.endedAt = Self.time.adding(TimeSpan(microseconds: 1)) } == [
                "- ended at 2026-01-15T10:00:00Z", "+ ended at 2026-01-15T10:00:00.000001Z",
            ])
    }

    @Test("A call that is missing, made once more or made with another key is a difference")
    func calls() throws {
        #expect(try differences { $0.calls.removeLast() } == ["- call last.undo/u, key 5"])
        #expect(try differences { $0.calls.append(.init(step: "last.undo/u", key: "5")) } == ["+ call last.undo/u, key 5"])
        #expect(
            try differences { $0.calls[4] = .init(step: "last.undo/u", key: "6") } == [
                "- call last.undo/u, key 5", "+ call last.undo/u, key 6",
            ])
    }

    @Test("Mails, events and log lines belong to their step")
    func effects() throws {
        #expect(try differences { $0.mails = [] } == ["- mail of last {\"to\":\"a@example.com\"}"])
        #expect(
            try differences { $0.emitted[0] = .init(step: "last", event: "done", data: 2) } == [
                "- emitted done 1", "+ emitted done 2",
            ])
        #expect(try differences { $0.logs[2] = Self.log("p/d", "e") } == ["- log info d", "+ log info e"])
    }

    @Test("What a timeout stopped need not have begun, and what completed late is undone only where it completed")
    func stopped() throws {
        let before: (inout CaseRecord.Instance) -> Void = { instance in
            instance.history[1] =
                [
                    "last": Self.row("last", .completed, 10), "last!timeout": Self.row("last!timeout", .completed, 9, .signal),
                    "last.undo/u": Self.row("last.undo/u", .completed, 11),
                ].keyed
        }
        let after: (inout CaseRecord.Instance) -> Void = { instance in
            instance.history[1] =
                [
                    "last": Self.row("last", .cancelled, 9), "last!timeout": Self.row("last!timeout", .completed, 9, .signal),
                ].keyed
            instance.calls.removeLast(2)
        }
        #expect(
            try differences(before, after) {
                $0.mails = []
                $0.emitted = []
            } == [])
        // Where it completed, it has to be undone.
        #expect(try differences(before, before) { $0.calls.removeLast() } == ["- call last.undo/u, key 5"])
        // Another key is another effect.
        #expect(
            try differences(before, before) { $0.calls[3] = .init(step: "last", key: "7") } == [
                "- call last, key 4", "+ call last, key 7",
            ])
    }

    @Test("An instance that is missing is a difference")
    func instances() throws {
        var record = CaseRecord(root: Self.id)
        record.add(CaseRecord.Instance(id: Self.id, workflow: "tie"))
        let comparison = CrashComparison(
            expected: record, actual: CaseRecord(root: Self.id), graphs: [:], comparesTime: false)
        #expect(comparison.differences("there").flatMap(\.lines) == ["- tie"])
    }

    // MARK: - Records

    /// The lines that differ when the second run is changed so.
    private func differences(
        _ before: (inout CaseRecord.Instance) -> Void = { _ in }, _ after: (inout CaseRecord.Instance) -> Void = { _ in },
        _ change: (inout CaseRecord.Instance) -> Void
    ) throws -> [String] {
        var (expected, actual) = (Self.instance, Self.instance)
        before(&expected)
        after(&actual)
        change(&actual)
        var records = (CaseRecord(root: Self.id), CaseRecord(root: Self.id))
        records.0.add(expected)
        records.1.add(actual)
        let folder = try TestFileTests.project("comparison")
        let comparison = CrashComparison(
            expected: records.0, actual: records.1, graphs: folder.graphs, comparesTime: true)
        return comparison.differences("there").flatMap(\.lines).filter { !$0.hasPrefix(" ") }
    }

    private static var instance: CaseRecord.Instance {
        var instance = CaseRecord.Instance(id: id, workflow: "tie")
        instance.status = .completed
        instance.output = 1
        instance.calls = [
            .init(step: "p/a/c", key: "1"), .init(step: "p/a/c2", key: "2"), .init(step: "p/d", key: "3"),
            .init(step: "last", key: "4"), .init(step: "last.undo/u", key: "5"),
        ]
        instance.logs = [log("p/a/c", "c"), log("p/a/c2", "c2"), log("p/d", "d")]
        instance.mails = [.init(step: "last", input: ["to": "a@example.com"])]
        instance.emitted = [.init(step: "last", event: "done", data: 1)]
        instance.endedAt = time
        return instance
    }

    private static func log(_ step: String, _ message: String) -> LogRow {
        LogRow(time: time, level: "info", key: MemoKey(step), message: message)
    }

    private static func row(_ key: String, _ status: StepStatus, _ second: Int64, _ verb: StepVerb = .call) -> StepRow {
        let instant = Timestamp(microseconds: time.microseconds + second * 1_000_000)
        return StepRow(
            key: MemoKey(key), verb: verb, status: status, scheduledSequence: 0, scheduledAt: time, completedAt: instant)
    }
}

extension [String: StepRow] {
    fileprivate var keyed: [MemoKey: StepRow] {
        [MemoKey: StepRow](uniqueKeysWithValues: map { (MemoKey($0.key), $0.value) })
    }
}
