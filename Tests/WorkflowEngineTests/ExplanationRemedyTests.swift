import Simulation
import Testing
import Values
import WorkflowEngine
import WorkflowInterpreter
import WorkflowJournal

/// The commands that `wfrun why` prints do what is printed behind them.
struct ExplanationRemedyTests {
    @Test(arguments: ExplanationCase.waits + ExplanationCase.samples + ExplanationCase.pauses)
    func `An event that is said to let an instance go on does so`(_ example: ExplanationCase) throws {
        // Without a server nothing moves.
        if example.obstacle != nil { return }
        let (bench, id) = try example.make()
        let why = try explanation(of: id, bench)
        for step in why.steps {
            for remedy in step.remedies where step.status == .waiting {
                let event = try #require(try Self.event(of: remedy.command))
                bench.handle(.write(.init(number: 1_000), .accept(SentEvent(event: event))))
                let isPaused = why.summary.hold == .paused
                if isPaused {
                    #expect(bench.row(id, step.step.text)?.status == .waiting)
                    bench.request(id, .resume(reason: nil))
                }
                let isTaken = isPaused ? !remedy.effect.contains("resumed, if") : remedy.effect.hasPrefix("lets it go on")
                #expect(bench.row(id, step.step.text)?.status == (isTaken ? .completed : .waiting), "\(remedy)")
            }
        }
    }

    @Test(arguments: ExplanationCase.failures + ExplanationCase.forced)
    func `Another run that is offered begins, and one that is not is refused`(_ example: ExplanationCase) throws {
        let (bench, id) = try example.make()
        let why = try explanation(of: id, bench)
        guard why.summary.status.isTerminal, why.summary.status != .completed else { return }
        let isOffered = why.remedies.contains { $0.effect == "begins that run" }
        let run = try #require(try bench.journal.storedInstance(id)).state.run
        try bench.retry(id)
        #expect(try #require(try bench.journal.storedInstance(id)).state.run == (isOffered ? run + 1 : run))
    }

    private func explanation(of id: InstanceID, _ bench: Bench) throws -> WaitExplanation {
        let definitions = bench.definitions
        let explainer = Explainer(queries: bench.journal, graph: { try? definitions.graph($0) })
        return try #require(try explainer.explain(id, at: bench.clock.now))
    }

    /// Of `wfrun event send NAME --source … --id … --data …`, refused as the API would refuse it.
    private static func event(of command: String) throws -> NewEvent? {
        let words = words(of: command)
        guard words.starts(with: ["wfrun", "event", "send"]), words.count > 3 else { return nil }
        func option(_ name: String) -> String? { words.firstIndex(of: name).map { words[$0 + 1] } }
        let data = try option("--data").map { try JSON.parse($0) }
        return NewEvent(
            id: option("--id") ?? "sent", name: words[3], source: option("--source") ?? "operator", data: data ?? .null)
    }

    /// As a shell reads them: white space parts them, except between single quotes; a backslash makes a quote of the next one.
    private static func words(of command: String) -> [String] {
        var words = [""]
        var isQuoted = false
        var isEscaped = false
        for character in command {
            switch character {
            case _ where isEscaped:
                words[words.count - 1].append(character)
                isEscaped = false
            case "'": isQuoted.toggle()
            case "\\" where !isQuoted: isEscaped = true
            case " " where !isQuoted: words.append("")
            default: words[words.count - 1].append(character)
            }
        }
        return words
    }
}
