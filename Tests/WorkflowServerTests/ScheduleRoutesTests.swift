import HTTPTypes
import JournalMemory
import Testing
import Values
import WorkflowEngine
import WorkflowJournal
import WorkflowServer

@Suite("Schedules")
struct ScheduleRoutesTests {
    private static let yaml = """
        workflow: nightly
        triggers:
          - { cron: "30 2 * * *", timezone: Europe/Berlin, catchup: none }
        steps:
          - id: note
            let: { n: 1 }
        """

    /// One trigger that is followed and has skipped an instant, one that no definition has any more.
    private static func api() throws -> TestAPI {
        let offered = try offeredWorkflow(yaml)
        let api = TestAPI(FakeService(offered: [offered]))
        let at = { (text: String) in Timestamp(rfc3339: text) ?? Timestamp(microseconds: 0) }
        let name = ScheduleName(workflow: "nightly", trigger: "cron Europe/Berlin 30 2 * * *")
        let skipped = ScheduleAdvance.Firing(
            instant: at("2026-03-28T01:30:00Z"), decision: .skip(.input, detail: "no such key"))
        let outcomes = try api.service.journal.write([
            .schedule(ScheduleAdvance(name: name, expected: nil, position: at("2026-03-27T12:00:00Z"))),
            .schedule(
                ScheduleAdvance(
                    name: name, expected: at("2026-03-27T12:00:00Z"), position: at("2026-03-28T01:30:00Z"),
                    firings: [skipped])),
            .schedule(
                ScheduleAdvance(
                    name: ScheduleName(workflow: "gone", trigger: "cron UTC @daily"), expected: nil,
                    position: at("2026-03-01T00:00:00Z"), isActive: false)),
        ])
        #expect(outcomes.allSatisfy { if case .scheduled = $0 { true } else { false } })
        return api
    }

    @Test func `Each trigger has its next instants, and what became of the latest`() async throws {
        let items = await (try Self.api()).send(.get, "/v1/schedules").json["items"]?.listValue ?? []
        #expect(items.map { $0["workflow"] } == ["gone", "nightly"])
        let nightly = try #require(items.last)
        #expect(nightly["active"] == true && nightly["catchup"] == "none" && nightly["overlap"] == "skip")
        #expect(nightly["cron"] == "30 2 * * *" && nightly["timezone"] == "Europe/Berlin")
        // Clocks skip 02:30 on the 29th.
        #expect(nightly["next"]?.listValue?.prefix(2) == ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])
        #expect(nightly["next"]?.listValue?.count == 5)
        let firing = try #require(nightly["firings"]?.listValue?.first)
        #expect(firing["instant"] == "2026-03-28T01:30:00Z" && firing["instance"] == .null)
        #expect(firing["skipped"] == "input" && firing["detail"] == "no such key")
        let gone = try #require(items.first)
        #expect(gone["active"] == false && gone["cron"] == .null && gone["next"] == [] && gone["trigger"] == "cron UTC @daily")
    }

    @Test func `They can be asked for by workflow, by who may read`() async throws {
        let api = try Self.api()
        #expect(await api.send(.get, "/v1/schedules?workflow=gone").json["items"]?.listValue?.count == 1)
        #expect(await api.send(.get, "/v1/schedules?workflow=other").json["items"] == [])
        #expect(await api.send(.get, "/v1/schedules", token: nil).status == .unauthorized)
    }
}
