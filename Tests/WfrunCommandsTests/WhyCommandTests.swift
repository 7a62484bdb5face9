import Diagnostics
import JournalSQLite
import StandardLibrary
import Testing
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowJournal

@Suite("wfrun why")
struct WhyCommandTests {
    private let folder = TemporaryFolder()
    private let database: String

    init() { database = folder.file("why.db") }

    private static let parcel = """
        workflow: parcel
        input: { orderId: string }
        events: { scanned: { orderId: string } }
        steps:
          - id: scan
            wait: { event: scanned, where: "${{ event.data.orderId == input.orderId }}" }
            timeout: 3650d

        """

    /// A server was here: an instance waits, and an event for another order has come.
    private func leaveWaiting() throws {
        let library = StandardLibrary.files.map { SourceFile(path: $0.path, bytes: $0.bytes) }
        let source = SourceFile(path: "parcel.yaml", text: Self.parcel)
        let analysis = DefinitionAnalyzer.analyze(SourceSet(definitions: [source], library: library, root: nil))
        let graph = try #require(analysis.workflows.first?.graph)
        let journal = try SQLiteJournal.open(path: database, durability: .normal)
        defer { journal.close() }
        _ = try journal.open(node: "test")
        let time = journal.now()
        let input: Value = ["orderId": "A-1042"]
        let new = NewInstance(
            id: InstanceID("01890000-0000-7000-8000-000000000000"), workflow: "parcel", digest: graph.digest, input: input,
            config: ContentDigest(of: [:] as Value), trigger: ["type": "api"], createdAt: time)
        // The event below has been looked at and declined.
        let state = Transition.InstanceState(status: .suspended, startedAt: time, runStartedAt: time, marksConsumed: 1)
        var transition = Transition(subject: .start(new), time: time, instance: state)
        let asked: Value = ["events": ["scanned"], "match": []]
        transition.steps = [
            .insert(
                StepRow(
                    key: MemoKey("scan"), verb: .wait, status: .waiting, inputDigest: ContentDigest(of: JSON.bytes(asked)),
                    scheduledSequence: 0, scheduledAt: time))
        ]
        let matches = [EventMatch(event: "scanned", key: MatchSet(event: "scanned", paths: []).key(ofValues: []))]
        transition.waitsOpened = [WaitRow(key: MemoKey("scan"), matches: matches, scheduledSequence: 0)]
        let event = NewEvent(id: "e1", name: "scanned", source: "depot", data: ["orderId": "A-1043"])
        let record = DefinitionRecord(
            digest: graph.digest, workflow: "parcel", semantics: graph.semantics,
            sources: [.init(path: "parcel.yaml", text: Self.parcel)], matchSets: [])
        let outcomes = try journal.write([
            .define(record), .configure([:]), .transition(transition), .accept(SentEvent(event: event)),
        ])
        guard case .committed = outcomes[2] else {
            Issue.record("the instance was not written: \(outcomes)")
            return
        }
    }

    @Test func `The database of a stopped server says what an instance waits for, and that nobody moves it`() async throws {
        try leaveWaiting()
        let why = await CommandLineRun.of("why", "@latest", "--db", database)
        #expect(why.code == 0 && why.talk.isEmpty)
        let lines = why.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 7)
        #expect(lines[0] == "parcel  ◐ suspended  01890000-0000-7000-8000-000000000000")
        #expect(lines[1] == "No server has this database open, so nothing of it moves; 'wfrun serve' takes it up again.")
        #expect(lines[2].hasPrefix("◐ Step 'scan' has been waiting since "))
        #expect(lines[2].hasSuffix(" for an event 'scanned' with orderId = \"A-1042\"."))
        #expect(lines[4] == "  One event came near:")
        #expect(lines[5].hasPrefix("    · event e1 ('scanned' from 'depot', "))
        #expect(lines[5].hasSuffix("): its orderId is \"A-1043\", not \"A-1042\" (input.orderId)"))
        #expect(lines[6] == "    $ wfrun event send scanned --data '{\"orderId\":\"A-1042\"}'  # lets it go on")
    }

    @Test func `JSON has the shape of the API`() async throws {
        try leaveWaiting()
        let why = try JSON.parse(await CommandLineRun.of("why", "0189", "--db", database, "-o", "json").output)
        #expect(why["served"] == false && why["standing"] == "waiting")
        let step = try #require(why["steps"]?.listValue?.first)
        #expect(step["kind"] == "event" && step["near"]?.listValue?.count == 1)
    }

    @Test func `An instance that nobody knows is 3`() async throws {
        try leaveWaiting()
        #expect(await CommandLineRun.of("why", "ffff", "--db", database).code == 3)
        #expect(await CommandLineRun.of("why").code == 64)
    }

    @Test func `An ended instance says how it ended and how to run it again`() async throws {
        folder.write(
            "definitions/refuse.yaml",
            """
            workflow: refuse
            steps:
              - { id: no, fail: { code: shop.closed, message: the shop is closed } }

            """)
        _ = await CommandLineRun.of("run", folder.file("definitions/refuse.yaml"), "--db", database)
        let why = await CommandLineRun.of("why", "@latest", "--db", database)
        #expect(why.code == 0)
        let lines = why.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 4)
        #expect(lines[0].hasPrefix("refuse  ✗ failed  "))
        #expect(lines[1].hasSuffix("because step 'no' failed: shop.closed: the shop is closed."))
        #expect(lines[2].contains("It cannot be run again as it is: with the results that are kept it would end the same way"))
        #expect(lines[3].hasSuffix(" --upgrade  # begins another run, when the definition is corrected"))
    }
}
