import Diagnostics
import TestSupport
import Testing
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal
import WorkflowReplay

/// Histories that earlier versions recorded replay for ever (G24).
struct HistoryCorpusTests {
    init() throws { try Self.recording.get() }

    /// Once, before anything is read.
    private static let recording = Result { if HistoryCorpus.updates { try HistoryCorpus.record() } }

    @Test(arguments: HistoryCorpus.paths)
    func `A recorded history replays to the end it had`(path: String) throws {
        let run = try HistoryCorpus.run(path)
        let graph = try HistoryCorpus.graph(of: run)
        #expect(graph.digest == run.definition.digest, "the digest of the recorded text has changed")
        let replay = RunReplay(run, on: graph)
        #expect(replay.finding == nil, "\(replay.finding.map { "\($0)" } ?? "")")
        #expect(replay.replayed?.entries.count == run.instance.state.lastSequence)
        #expect(replay.status == (run.instance.state.status.isTerminal ? run.instance.state.status : nil))
    }

    @Test(arguments: HistoryCorpus.paths)
    func `Every beginning of a recorded history is rebuilt as after a restart`(path: String) throws {
        let run = try HistoryCorpus.run(path)
        let graph = try HistoryCorpus.graph(of: run)
        for sequence in 0...run.instance.state.lastSequence {
            let stored = run.prefix(sequence).instance
            let header = try InstanceHeader.of(stored, on: graph, config: stored.config, now: stored.createdAt).get()
            let interpreter = try Replay.rebuild(graph: graph, header: header, rows: stored.steps)
            #expect(interpreter.sequence == sequence)
        }
    }

    @Test(arguments: HistoryCorpus.paths)
    func `Every beginning of a recorded history goes on with an edit that touches nothing of it`(path: String) throws {
        let run = try HistoryCorpus.run(path)
        let graph = try HistoryCorpus.graph(of: run)
        let edited = graph.under(ContentDigest(of: "edited".utf8))
        #expect(DefinitionChange.all(from: graph, to: edited).map(\.diagnostic.message) == [])
        #expect(RunReplay(run, on: edited, own: graph).finding == nil)
        var planner = EditPlanner(to: edited) { _ in graph }
        for sequence in 0...run.instance.state.lastSequence {
            let stored = run.prefix(sequence).instance
            let judgement = planner.judge(stored, now: stored.createdAt)
            #expect(judgement.effect == .continues, "\(sequence): \(judgement.finding?.reason ?? "")")
        }
    }

    @Test(arguments: HistoryCorpus.paths)
    func `An exported history reads back as it was written`(path: String) throws {
        let document = try HistoryCorpus.document(path)
        #expect(JSON.text(try RecordedRun(document).value) == JSON.text(document))
    }

    @Test func `Every definition that ships has recorded histories`() {
        let recorded = Set(HistoryCorpus.paths.compactMap { $0.split(separator: "/").dropFirst().first.map(String.init) })
        #expect(Set(HistoryCorpus.shippedWorkflows).subtracting(recorded) == [])
    }

    @Test func `The recorded histories have every kind of row`() throws {
        let runs = try HistoryCorpus.paths.map(HistoryCorpus.run)
        let rows = runs.flatMap(\.instance.steps)
        #expect(Set(rows.map(\.verb)) == [.call, .wait, .sleep, .invoke, .emit, .signal])
        #expect(Set(rows.filter(\.status.isFinal).map(\.status)) == [.completed, .failed, .cancelled])
        for mark in ["[", "#", "~", ".catch", ".undo", ".finally", "!timeout", "!delay", "!every", "!cancel", "!deadline"] {
            #expect(rows.contains { $0.key.text.contains(mark) }, "no key has \(mark)")
        }
        let ends = Set(runs.map(\.instance.state.status))
        #expect(ends.isSuperset(of: [.completed, .failed, .cancelled, .timedOut, .suspended]))
    }

    /// What a replay would not notice would not be kept either.
    @Test func `A history that was tampered with does not replay`() throws {
        let path = try #require(HistoryCorpus.paths.first { $0.contains("order-fulfillment/ships") })
        let run = try HistoryCorpus.run(path)
        let graph = try HistoryCorpus.graph(of: run)
        let completed = run.instance.steps.indices.filter {
            run.instance.steps[$0].verb != .signal && run.instance.steps[$0].completedSequence != nil
        }
        #expect(completed.count > 3)
        for index in completed {
            var changed = run
            changed.instance.steps[index].inputDigest = ContentDigest(of: "other".utf8)
            #expect(RunReplay(changed, on: graph).finding != nil)
            changed = run
            changed.instance.steps[index].status = .failed
            changed.instance.steps[index].failure = Failure(code: "other", message: "")
            #expect(RunReplay(changed, on: graph).finding != nil)
            changed = run
            changed.instance.steps.remove(at: index)
            #expect(RunReplay(changed, on: graph).finding != nil)
        }
        var changed = run
        changed.instance.state.output = "other"
        #expect(RunReplay(changed, on: graph).finding != nil)
    }
}
