import TestSupport
import Testing
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// language.md §9: no two occurrences share a memo key. Graphs, outcomes and their order are random, by printed seeds.
struct MemoKeyTests {
    @Test(arguments: 1...60)
    func `No two occurrences of a random graph share a memo key, and each run and its retries replay`(_ seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let graph = RandomGraph.make(&random)
        let header = InstanceHeader(
            id: InstanceID("0198c0de-0000-7000-8000-000000000001"), workflow: "case", input: [:], config: [:], trigger: [:],
            startedAt: Timestamp(microseconds: 0))
        var run = RunRecorder(graph: graph, header: header)
        var asked: Set<MemoKey> = []
        var open: [MemoKey] = []
        try note(run.begin(), &asked, &open)
        try finish(&run, &asked, &open, &random)
        for _ in 0..<3 {
            guard run.interpreter.completion != nil, let next = try retried(run, &random) else { continue }
            run = next.run
            (asked, open) = (next.kept, [])
            try note(next.commands, &asked, &open)
            try finish(&run, &asked, &open, &random)
        }
    }

    private func finish(
        _ run: inout RunRecorder, _ asked: inout Set<MemoKey>, _ open: inout [MemoKey], _ random: inout SplitMix
    ) throws {
        let last = run.sequence + 150
        while run.interpreter.completion == nil, run.sequence < last {
            run.now = Timestamp(microseconds: run.now.microseconds + 10)
            if let signal = signal(run, &random) {
                try note(run.apply(.signal(signal)), &asked, &open)
            } else {
                let key = try #require(open.isEmpty ? nil : open.remove(at: random.below(open.count)))
                try note(run.apply(.outcome(key, outcome(of: key, run, &random))), &asked, &open)
            }
            if run.sequence.isMultiple(of: 50) { try run.checkReplay() }
        }
        try run.checkReplay()
        try run.checkPrefixes()
    }

    /// From the failure, or from a step that has run; nil: refused.
    private func retried(
        _ ended: RunRecorder, _ random: inout SplitMix
    ) throws -> (run: RunRecorder, kept: Set<MemoKey>, commands: [Command])? {
        let steps = ended.rows.filter { $0.verb != .signal }
        let step = random.below(2) == 0 || steps.isEmpty ? nil : steps[random.below(steps.count)].key
        switch RetryPlan.make(graph: ended.graph, header: ended.header, rows: ended.rows, from: step) {
        case .failure(let refusal):
            // Its own journal replays, so this is never the reason.
            #expect(refusal.reason != .mismatch, "\(refusal)")
            return nil
        case .success(let plan):
            #expect(plan.keptSequence == plan.kept.count { $0.completedSequence != nil })
            var header = ended.header
            header.run += 1
            var run = try RunRecorder(
                graph: ended.graph, header: header, kept: plan.kept, keptSequence: plan.keptSequence, now: ended.now)
            let commands = try run.apply(.signal(.retried(RetryRecord(run: header.run, occurrences: plan.occurrences))))
            // What begins then is what the preview says, and no kept step begins again.
            #expect(Set(commands.compactMap(\.leafKey).filter { !$0.isReserved }) == Set(plan.beginning))
            return (run, Set(plan.kept.map(\.key)), commands)
        }
    }

    /// A timeout now and then, and in some runs a cancel.
    private func signal(_ run: RunRecorder, _ random: inout SplitMix) -> Signal? {
        switch random.below(60) {
        case 0:
            return run[.cancelSignal] == nil ? .cancelled(CancelRequest(compensates: random.below(2) == 0)) : nil
        case 1...3:
            for case .startTimer(let key, _) in run.interpreter.outstanding() {
                if random.below(2) == 0 { return key.stepOfTimeout.map(Signal.timedOut) }
            }
            return nil
        default: return nil
        }
    }

    private func outcome(of key: MemoKey, _ run: RunRecorder, _ random: inout SplitMix) -> StepOutcome {
        guard run[key]?.verb == .call else { return .completed(.null) }
        if run.interpreter.finishingActions.contains(key) && random.below(2) == 0 { return .cancelled }
        guard random.below(8) == 0 else { return .completed(.int(Int64(run.sequence))) }
        return .failed(Failure(code: "broken", message: "it failed", isRetryable: true))
    }

    private func note(_ commands: [Command], _ asked: inout Set<MemoKey>, _ open: inout [MemoKey]) throws {
        for command in commands {
            if case .endLeaf(let key) = command { open.removeAll { $0 == key } }
            guard let key = command.leafKey else { continue }
            try #require(asked.insert(key).inserted, "'\(key)' is the key of two occurrences")
            open.append(key)
        }
    }
}

/// Every verb and modifier that has something to do with keys, in any nesting.
private struct RandomGraph {
    private var number = 0

    static func make(_ random: inout SplitMix) -> StepGraph {
        var maker = RandomGraph()
        let steps = maker.steps(depth: 3, isCleanup: false, &random)
        let finally = random.below(2) == 0 ? maker.steps(depth: 1, isCleanup: true, &random) : []
        return GraphSketch.graph(steps, finally: finally)
    }

    private mutating func steps(depth: Int, isCleanup: Bool, _ random: inout SplitMix) -> [StepSketch] {
        var steps: [StepSketch] = []
        for _ in 0..<(1 + random.below(3)) { steps.append(step(depth: depth, isCleanup: isCleanup, &random)) }
        return steps
    }

    private mutating func step(depth: Int, isCleanup: Bool, _ random: inout SplitMix) -> StepSketch {
        number += 1
        var step = StepSketch("s\(number)", depth == 0 ? leaf(&random) : verb(depth, isCleanup, &random))
        switch random.below(6) {
        case 0:
            step.items = (0..<random.below(4)).map { .int(Int64($0)) }
            step.concurrency = 1 + random.below(3)
        case 1:
            step.items = ["a/b", "a~2", "ä", .int(7)]
            step.isKeyed = true
            step.concurrency = 4
        case 2:
            step.rounds = 1 + random.below(3)
            step.hasPause = random.below(2) == 0
        default: break
        }
        switch step.verb {
        case .group, .parallel, .choice, .composite: if random.below(2) == 0 { step.attempts = 3 }
        case .call, .sleep, .emit: break
        }
        guard depth > 0 else { return step }
        step.hasTimeout = random.below(4) == 0
        if !isCleanup && random.below(3) == 0 { step.compensate = steps(depth: 0, isCleanup: true, &random) }
        if random.below(3) == 0 { step.clauses = [steps(depth: 0, isCleanup: isCleanup, &random)] }
        if random.below(4) == 0 { step.finally = steps(depth: 0, isCleanup: true, &random) }
        return step
    }

    private func leaf(_ random: inout SplitMix) -> StepSketch.Verb {
        switch random.below(5) {
        case 0: .sleep
        case 1: .emit
        default: .call
        }
    }

    private mutating func verb(_ depth: Int, _ isCleanup: Bool, _ random: inout SplitMix) -> StepSketch.Verb {
        switch random.below(6) {
        case 0: leaf(&random)
        case 1: .choice(steps(depth: depth - 1, isCleanup: isCleanup, &random))
        case 2: .composite(steps(depth: depth - 1, isCleanup: isCleanup, &random))
        case 3, 4: .parallel(steps(depth: depth - 1, isCleanup: isCleanup, &random))
        default: .group(steps(depth: depth - 1, isCleanup: isCleanup, &random))
        }
    }
}

/// Sebastiano Vigna's SplitMix64: the same numbers for the same seed, on every machine.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
