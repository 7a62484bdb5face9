import Diagnostics
import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal
import WorkflowReplay

/// What an edit means for an instance, judged from its journal.
struct EditPlannerTests {
    private static let text = """
        workflow: case
        input: { items: list(string) }
        steps:
          - id: ship
            foreach: ${{ input.items }}
            steps:
              - id: reserve
                call: random.uuid
                compensate:
                  - id: release
                    call: random.uuid
                    retry: 2
              - id: label
                call: log
                with: { message: "${{ item }}" }
          - id: rest
            timeout: 2h
            sleep: 1h
        """
    private static let time = Timestamp(microseconds: 0)

    /// Two items are through, and the timeout of `rest` has come due when it is told to.
    private func stored(timedOut: Bool = false) throws -> (StoredInstance, StepGraph) {
        let graph = try compileWorkflow(Self.text, named: "case")
        let id = InstanceID("0198c0de-0000-7000-8000-000000000001")
        let header = InstanceHeader(
            id: id, workflow: "case", input: ["items": ["a", "b"]], config: [:], trigger: [:], startedAt: Self.time)
        var run = RunRecorder(graph: graph, header: header)
        _ = run.begin()
        for item in 0...1 {
            _ = try run.apply(.outcome(MemoKey("ship[\(item)]/reserve"), .completed(.string("R\(item)"))))
            _ = try run.apply(.outcome(MemoKey("ship[\(item)]/label"), .completed(.null)))
        }
        if timedOut { _ = try run.apply(.signal(.timedOut(MemoKey("rest")))) }
        let state = Transition.InstanceState(
            status: .suspended, lastSequence: run.sequence, startedAt: Self.time, runStartedAt: Self.time)
        let claim = Claim(instance: InstanceKey(1), id: id, version: 1, epoch: Epoch(0))
        let stored = StoredInstance(
            claim: claim, workflow: "case", digest: graph.digest, semantics: graph.semantics, input: header.input, config: [:],
            trigger: [:], createdAt: Self.time, state: state, marks: 0, cancel: nil, steps: run.rows, timers: [], waits: [])
        return (stored, graph)
    }

    private func judge(
        _ stored: StoredInstance, _ own: StepGraph?, replacing old: String, with new: String
    ) throws -> EditPlanner.Judgement {
        let edited = try compileWorkflow(Self.text.replacing(old, with: new), named: "case")
        var planner = EditPlanner(to: edited) { $0 == own?.digest ? own : nil }
        return planner.judge(stored, now: Self.time)
    }

    @Test func `The same definition in other words is unchanged`() throws {
        let (stored, graph) = try stored()
        #expect(try judge(stored, graph, replacing: "timeout: 2h", with: "timeout: 2h # long").effect == .unchanged)
        #expect(try judge(stored, graph, replacing: "timeout: 2h", with: "timeout: 3h").effect == .continues)
    }

    @Test func `What is gone is named by the first of its records, in a loop too`() throws {
        let (stored, graph) = try stored()
        let found = try judge(stored, graph, replacing: "id: reserve", with: "id: stock")
        #expect(found.effect == .diverges)
        #expect(found.finding?.key == MemoKey("ship[0]/reserve"))
        #expect(found.finding?.diagnostic?.code.description == "WF7201")
    }

    @Test func `Without the old definition the journal alone says where they part`() throws {
        let (stored, _) = try stored()
        let found = try judge(stored, nil, replacing: "id: reserve", with: "id: stock")
        #expect(found.effect == .diverges)
        #expect(found.finding?.key == MemoKey("ship[0]/stock"))
        #expect(found.finding?.diagnostic?.code.description == "WF7206")
    }

    @Test func `A timeout that has come due and is gone is a record without a place`() throws {
        let (stored, graph) = try stored(timedOut: true)
        let found = try judge(stored, graph, replacing: "    timeout: 2h\n", with: "")
        #expect(found.finding?.key == MemoKey("rest"))
        #expect(found.finding?.diagnostic?.code.description == "WF7201")
    }

    @Test func `Only undos of steps that have completed are a warning`() throws {
        let (stored, graph) = try stored()
        let found = try judge(stored, graph, replacing: "call: random.uuid\n            retry: 2", with: "call: time.now")
        #expect(found.effect == .continues)
        #expect(found.warnings.map(\.code.description) == ["WF7205"])
        var fresh = stored
        fresh.steps = Array(stored.steps.prefix(1))
        fresh.steps[0].status = .running
        fresh.steps[0].completedSequence = nil
        let early = try judge(fresh, graph, replacing: "call: random.uuid\n            retry: 2", with: "call: time.now")
        #expect(early.effect == .continues)
        #expect(early.warnings.isEmpty)
    }

    @Test func `An input that fits no longer is said without its value`() throws {
        let (stored, graph) = try stored()
        let found = try judge(stored, graph, replacing: "list(string)", with: "list(enum(x | y))")
        #expect(found.effect == .unfit)
        #expect(found.finding?.key == nil)
        let message = found.finding?.diagnostic?.message ?? ""
        #expect(message.contains("at /items/0"))
        #expect(!message.contains("'a'"))
    }

    @Test func `A new setting is missing in what an instance has kept`() throws {
        let (stored, graph) = try stored()
        let found = try judge(
            stored, graph, replacing: "steps:\n  - id: ship", with: "config: { city: string=Rome }\nsteps:\n  - id: ship")
        #expect(found.effect == .unfit)
        #expect(found.finding?.reason.contains("'city'") == true)
    }
}
