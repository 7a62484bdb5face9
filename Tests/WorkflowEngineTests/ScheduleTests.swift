import JournalMemory
import Simulation
import TestSupport
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Cron triggers: language.md §1 and guarantees.md G11. The bench begins on Monday, 2026-01-05, at 09:00 UTC.
struct ScheduleTests {
    private static func yaml(
        _ cron: String = "0 * * * *", timezone: String = "UTC", catchup: String = "last", overlap: String = "allow",
        concurrency: String = "", input: String = "{ at: \"${{ string(schedule.time) }}\" }"
    ) -> String {
        """
        workflow: case
        input: { at: string }
        triggers:
          - cron: "\(cron)"
            timezone: \(timezone)
            catchup: \(catchup)
            overlap: \(overlap)
            input: \(input)
        \(concurrency)
        steps:
          - id: a
            call: shell
            with: { argv: [a] }
        """
    }

    private static func at(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? Timestamp(microseconds: 0) }
    private static let hour = 3_600.0

    // MARK: - Firing

    @Test func `An instant starts one instance when it comes, not before`() throws {
        let bench = try Bench(Self.yaml())
        bench.advance(Self.hour - 0.001)
        #expect(bench.instances(of: "case").isEmpty)
        bench.advance(0.002)
        let id = try #require(bench.instances(of: "case").first)
        let detail = try #require(try bench.journal.instance(id))
        #expect(detail.input == ["at": "2026-01-05T10:00:00Z"] && bench.runningSteps == ["a"])
        let cause: Value = ["type": "cron", "cron": "0 * * * *", "timezone": "UTC", "time": "2026-01-05T10:00:00Z"]
        #expect(detail.trigger == cause)
        bench.advance(Self.hour - 1)
        #expect(bench.instances(of: "case").count == 1)
        bench.advance(2)
        #expect(bench.instances(of: "case").count == 2)
        #expect(bench.firings().map(\.instance) == bench.instances(of: "case").reversed())
    }

    @Test func `Clocks that skip an hour fire once, at the first instant after it`() throws {
        let bench = try Bench()
        bench.clock.jump(by: Self.at("2026-03-28T23:00:00Z").since(bench.clock.now).microseconds)
        try bench.restart()
        try bench.define(Self.yaml("30 2 * * *", timezone: "Europe/Berlin"))
        bench.advance(4 * Self.hour)
        #expect(bench.firings().map(\.instant) == [Self.at("2026-03-29T01:00:00Z")])
    }

    @Test func `An instant is decided once, whenever the process dies`() throws {
        var wasUntouched = false
        for crash in 1...200 where !wasUntouched {
            let bench = try Bench(Self.yaml(overlap: "skip"))
            let start = bench.journal.operations
            bench.journal.plan = { operation, _ in operation == start + crash ? .crashAt : nil }
            bench.advance(Self.hour + 1)
            wasUntouched = !bench.journal.isDown
            if bench.journal.isDown { try bench.restart() }
            bench.advance(1)
            #expect(bench.instances(of: "case").count == 1, "crash \(crash)")
            #expect(bench.firings().map(\.instant) == [Self.at("2026-01-05T10:00:00Z")], "crash \(crash)")
        }
        #expect(wasUntouched)
    }

    @Test func `A commit of unknown outcome is looked up`() throws {
        for fault in [StoreFault.unknownCommitted, .unknownLost] {
            let bench = try Bench(Self.yaml())
            bench.failNextWrite(fault)
            bench.advance(Self.hour + 1)
            #expect(bench.instances(of: "case").count == 1 && bench.firings().count == 1)
        }
    }

    @Test func `A clock that is set back fires nothing again`() throws {
        let bench = try Bench(Self.yaml())
        bench.advance(Self.hour + 1)
        bench.clock.jump(by: -2 * 3_600_000_000)
        try bench.restart()
        bench.advance(2 * Self.hour)
        #expect(bench.instances(of: "case").count == 1)
        bench.advance(Self.hour)
        #expect(bench.instances(of: "case").count == 2)
    }

    // MARK: - Instants that nobody was there for

    private static let hours = (10...15).map { at("2026-01-05T\($0):00:00Z") }

    @Test(arguments: [
        ("none", "allow", [], 6), ("last", "allow", [15], 6), ("last", "skip", [15], 6),
        ("all", "allow", [10, 11, 12, 13, 14, 15], 6),
    ])
    func `What was missed is made up for as catchup says, and the rest is recorded`(
        catchup: String, overlap: String, fired: [Int], decided: Int
    ) throws {
        let bench = try Bench(Self.yaml(catchup: catchup, overlap: overlap))
        bench.clock.advance(to: bench.clock.elapsed + Int64(6.5 * Self.hour) * 1_000_000)
        try bench.restart()
        let rows = bench.firings().reversed()
        #expect(rows.map(\.instant) == Self.hours && rows.count == decided)
        #expect(rows.filter { $0.instance != nil }.map(\.instant) == fired.map { Self.hours[$0 - 10] })
        #expect(rows.allSatisfy { $0.instance != nil || $0.skip == .missed })
        bench.advance(Self.hour / 2 + 1)
        #expect(bench.firings().first?.skip == (overlap == "skip" ? .overlap : nil))
    }

    @Test func `A machine that slept for hours catches up like one that was off`() throws {
        let bench = try Bench(Self.yaml())
        bench.advance(6.5 * Self.hour)
        #expect(bench.firings().compactMap(\.instance).count == 1 && bench.firings().count == 6)
    }

    @Test func `A server that is late by seconds has missed nothing`() throws {
        let bench = try Bench(Self.yaml(catchup: "none"))
        bench.advance(Self.hour + 30)
        #expect(bench.firings().compactMap(\.instance).count == 1)
    }

    @Test func `What is older than the window is given up`() throws {
        let bench = try Bench(Self.yaml("0 9 * * *", catchup: "all"))
        bench.clock.advance(to: bench.clock.elapsed + Int64(9.5 * 24 * Self.hour) * 1_000_000)
        try bench.restart()
        let rows = bench.firings()
        #expect(rows.prefix(7).allSatisfy { $0.instance != nil } && rows.count == 9)
        #expect(rows.suffix(2).map(\.skip) == [.expired, .expired])
    }

    @Test func `No more than a hundred are made up for, over as many commits as it takes`() throws {
        let bench = try Bench(Self.yaml("* * * * *", catchup: "all"))
        bench.clock.advance(to: bench.clock.elapsed + Int64(24 * Self.hour) * 1_000_000)
        try bench.restart()
        let rows = bench.firings()
        #expect(rows.count == 24 * 60 && Set(rows.map(\.instant)).count == rows.count)
        #expect(rows.prefix(100).allSatisfy { $0.instance != nil } && rows.dropFirst(100).allSatisfy { $0.skip == .missed })
    }

    @Test func `What is not in any definition misses nothing`() throws {
        let bench = try Bench(Self.yaml(catchup: "all"))
        bench.definitions.retire("case")
        bench.handle(.definitionsChanged)
        #expect(try bench.journal.schedules().map(\.isActive) == [false])
        bench.advance(5.5 * Self.hour)
        try bench.define(Self.yaml(catchup: "all"))
        #expect(try bench.journal.schedules().map(\.isActive) == [true] && bench.firings().isEmpty)
        bench.advance(Self.hour)
        #expect(bench.firings().map(\.instant) == [Self.hours[5]])
    }

    @Test func `A trigger that comes with an edit begins with the next instant`() throws {
        let bench = try Bench(Self.yaml())
        try bench.define(Self.yaml("30 * * * *"))
        bench.advance(1.25 * Self.hour)
        #expect(try bench.journal.schedules().map(\.isActive) == [false, true])
        #expect(bench.firings("cron UTC 30 * * * *").count == 1 && bench.firings().isEmpty)
    }

    // MARK: - The instance before

    @Test func `overlap skip leaves an instant out while the one before is active`() throws {
        let bench = try Bench(Self.yaml(overlap: "skip"))
        bench.advance(Self.hour + 1)
        bench.advance(Self.hour)
        #expect(bench.firings().map(\.skip) == [.overlap, nil])
        bench.end("a")
        bench.advance(Self.hour)
        #expect(bench.firings().map(\.skip) == [nil, .overlap, nil])
    }

    @Test func `overlap replace cancels the one before`() throws {
        let bench = try Bench(Self.yaml(overlap: "replace"))
        bench.advance(Self.hour + 1)
        bench.advance(Self.hour)
        let ids = bench.instances(of: "case")
        #expect(ids.count == 2 && bench.aborted == ["a"])
        bench.end(at: 0, .failure(Bench.stopped))
        #expect(bench.status(ids[0]) == .cancelled && bench.status(ids[1]) == .running)
        #expect(bench.row(ids[0], "!cancel")?.output?["reason"]?.stringValue?.contains(ids[1].text) ?? false)
    }

    @Test func `A full gate is a reason, and is reported`() throws {
        let bench = try Bench(Self.yaml(concurrency: "concurrency: { limit: 1, overflow: reject }"))
        bench.advance(Self.hour + 1)
        bench.advance(Self.hour)
        #expect(bench.firings().map(\.skip) == [.concurrency, nil])
        #expect(
            bench.reports == [
                "the cron trigger 'case cron UTC 0 * * * *' started nothing at 2026-01-05T11:00:00Z: 'concurrency' has no place"
            ])
    }

    @Test func `An input that cannot be built is a reason, and the next instant comes all the same`() throws {
        let bench = try Bench(Self.yaml(input: "{ at: \"${{ string(1 / (schedule.time.getHours() - 10)) }}\" }"))
        bench.advance(Self.hour + 1)
        bench.advance(Self.hour)
        #expect(bench.firings().map(\.skip) == [nil, .input])
        #expect(bench.firings().last?.detail?.contains("division by zero") ?? false)
        #expect(bench.reports.count == 1)
    }

    @Test func `A server that drains fires nothing; the next one does`() throws {
        let bench = try Bench(Self.yaml())
        bench.handle(.drain)
        bench.advance(Self.hour + 1)
        #expect(bench.firings().isEmpty)
        try bench.restart()
        #expect(bench.firings().count == 1)
    }
}

extension Bench {
    func firings(_ trigger: String? = nil) -> [FiringRow] {
        let schedules = (try? journal.schedules()) ?? []
        let name = trigger.map { ScheduleName(workflow: "case", trigger: $0) } ?? schedules.first?.name
        return name.flatMap { try? journal.firings(of: $0, limit: 10_000) } ?? []
    }
}
