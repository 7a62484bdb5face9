import Values
import WorkflowGraph
import WorkflowJournal

/// Finds what a retry keeps.
struct RetryPlanning {
    private let graph: StepGraph
    private let header: InstanceHeader
    private let run: EndedRun

    /// What is to be kept, before it is known whether it can be.
    struct Draft {
        /// Entries before this one.
        var cut: Int = .max
        /// The failure itself; what came after it and before `cut` is kept where it completed what was under way.
        var culprit: Int?
        /// Undos and `finally` blocks that began with this entry or a later one have run and are not kept.
        var unwound: Int
        /// Steps that begin anew as a whole.
        var anew: Set<String> = []
        /// Failures after the culprit were nobody's to catch.
        var dropsLaterFailures = false
    }

    init(graph: StepGraph, header: InstanceHeader, rows: [StepRow], hasBegun: Bool) throws(RetryRefusal) {
        self.graph = graph
        self.header = header
        do {
            run = try EndedRun(graph: graph, header: header, rows: rows, hasBegun: hasBegun)
        } catch {
            throw RetryRefusal(reason: .mismatch, description: "the journal does not replay: \(error)")
        }
    }

    // MARK: - Where to begin

    func beginAtFailure() throws(RetryRefusal) -> Draft {
        if case .completed? = run.completion {
            throw RetryRefusal(
                reason: .completed, description: "the instance completed, nothing failed in it; say where to begin with --from")
        }
        var draft = Draft(culprit: run.culprit, unwound: run.culprit ?? .max)
        if case .failed? = run.completion, draft.culprit == nil {
            // The definition failed by itself, with the application of the entry that made unwinding begin.
            draft.unwound = run.unwinding ?? .max
            draft.cut = draft.unwound == .max ? .max : draft.unwound + 1
        }
        // What was undone is not kept, nor what came after it; that may reach back behind further undos.
        while let first = run.undone.compactMap({ firstUndone($0, draft) }).min() {
            // Other branches may have gone on after the failure: it is not kept even where it came before what was undone.
            let culprit = run.culprit.flatMap { $0 < first ? $0 : nil }
            draft = Draft(cut: first, culprit: culprit, unwound: culprit ?? first)
        }
        return draft
    }

    /// Where a step began that would be kept and was undone by something that would not.
    private func firstUndone(_ undone: EndedRun.Undone, _ draft: Draft) -> Int? {
        let first = run.firstEntries[undone.step] ?? undone.completed + 1
        return undone.began >= draft.unwound && first < draft.cut ? first : nil
    }

    func begin(at step: MemoKey) throws(RetryRefusal) -> Draft {
        let inside = run.rows.filter { $0.verb != .signal && isInside($0.key.text, step.text) }
        guard !inside.isEmpty else {
            throw RetryRefusal(
                reason: .stepNotFound,
                description: "the journal of the last run has no step '\(step)'; steps without an effect have no entry")
        }
        guard !step.isCleanup && !step.isReserved else {
            throw RetryRefusal(
                reason: .notAStep, description: "'\(step)' is part of an undo, a 'finally' or a pause; begin at the step itself"
            )
        }
        let scheduled = inside.map(\.scheduledSequence).min() ?? 0
        if let culprit = run.culprit, scheduled >= culprit {
            throw RetryRefusal(
                reason: .afterFailure, description: "'\(step)' came after the failure; begin at the step that failed")
        }
        let draft = draft(beginningAt: step, scheduled: scheduled)
        if let undone = run.undone.first(where: { firstUndone($0, draft) != nil }) {
            throw RetryRefusal(
                reason: .undone,
                description: "'\(undone.step)' came before '\(step)' and was undone; begin at '\(undone.step)' or before it")
        }
        let around = run.finallies.first {
            $0.began >= draft.unwound && isInside(step.text, $0.step) && !step.text.hasSameCodePoints(as: $0.step)
        }
        if let around {
            throw RetryRefusal(
                reason: .afterFinally,
                description: "'\(step)' is inside '\(around.step)', whose 'finally' has run; begin at '\(around.step)'")
        }
        return draft
    }

    private func draft(beginningAt step: MemoKey, scheduled: Int) -> Draft {
        let first = firstEntry(inside: step.text)
        guard let culprit = run.culprit else {
            let cut = first ?? scheduled + 1
            return Draft(cut: cut, unwound: cut)
        }
        if let first, first <= culprit { return Draft(cut: first, unwound: first) }
        // It was under way when something else failed.
        return Draft(culprit: culprit, unwound: culprit, anew: [step.text])
    }

    private func firstEntry(inside step: String) -> Int? {
        run.entries.first { isInside($0.key, step) && $0.row.verb != .signal }?.entry.sequence
    }

    // MARK: - What is kept

    func plan(
        _ draft: Draft, upgrade: (graph: StepGraph, header: InstanceHeader)?
    ) throws(RetryRefusal) -> RetryPlan {
        var draft = draft
        var kept = try keep(draft)
        while true {
            if kept.isOver && draft.culprit != nil && !draft.dropsLaterFailures {
                draft.dropsLaterFailures = true
            } else {
                let steps = leftHalfway(kept, draft)
                if steps.isEmpty { break }
                draft.anew.formUnion(steps)
            }
            kept = try keep(draft)
        }
        let occurrences = run.counts.filter { $0.value > kept.interpreter.completions[$0.key] ?? 0 }
        let (beginning, anew) = try begin(kept, occurrences, on: upgrade)
        // A wait or sleep that was stopped in a step that begins anew is asked for again, under the same key.
        let rows = kept.rows.filter { row in
            row.completedSequence != nil || !anew.contains { $0.isEmpty || isInside(row.key.text, $0) }
        }
        let keys = Set(rows.map(\.key))
        let dropped = run.rows.filter { !keys.contains($0.key) }
        let forms = upgrade.map { StepForms($0.graph) }
        let again = steps(of: dropped).map(\.key).filter { key in
            guard let forms, let form = StepForms.form(of: key.text) else { return true }
            return forms[form] != nil
        }
        return RetryPlan(
            kept: rows, keptSequence: kept.interpreter.sequence,
            occurrences: occurrences,
            staying: steps(of: rows).filter { $0.status == .completed }.map(\.key), again: again,
            beginning: beginning, dropped: dropped)
    }

    /// In the order in which they ended; compensations, `finally` blocks and pauses apart.
    private func steps(of rows: [StepRow]) -> [StepRow] {
        Replay.entries(of: rows).filter { $0.verb != .signal && !$0.key.isReserved && !$0.key.isCleanup }
    }

    /// Steps that are under way in what is kept, though their `finally` has run since.
    private func leftHalfway(_ kept: KeptJournal, _ draft: Draft) -> Set<String> {
        let unwound = run.finallies.filter { $0.began >= draft.unwound }.map(\.step)
        return kept.openFinallies.intersection(unwound).subtracting(draft.anew)
    }

    private func keep(_ draft: Draft) throws(RetryRefusal) -> KeptJournal {
        do {
            return try KeptJournal(graph: graph, header: header, run: run) { isCandidate($0, draft) }
        } catch {
            throw RetryRefusal(reason: .mismatch, description: "what is to be kept does not replay: \(error)")
        }
    }

    private func isCandidate(_ entry: EndedRun.Entry, _ draft: Draft) -> Bool {
        let sequence = entry.entry.sequence
        guard sequence < draft.cut, sequence != draft.culprit,
            draft.anew.isEmpty || !stepsAround(entry.key).contains(where: draft.anew.contains)
        else {
            return false
        }
        let isAfter = sequence > draft.culprit ?? .max
        switch entry.entry.content {
        case .signal(.cancelled), .signal(.deadline): return false
        case .signal(.timedOut): return !isAfter
        case .signal(.admitted), .signal(.retried): return true
        case .outcome(_, .completed): return true
        case .outcome(_, .failed), .outcome(_, .cancelled):
            return !isAfter || !entry.cameStopped && !draft.dropsLaterFailures
        }
    }

    /// What the new run begins with. The kept rows must replay on what it runs, and not make it end as before.
    private func begin(
        _ kept: KeptJournal, _ occurrences: [String: Int], on upgrade: (graph: StepGraph, header: InstanceHeader)?
    ) throws(RetryRefusal) -> (beginning: [MemoKey], anew: [String]) {
        let interpreter = Interpreter(graph: upgrade?.graph ?? graph, header: upgrade?.header ?? header)
        var refused: [UnfitValue] = []
        interpreter.resultRefused = { refused.append($0) }
        defer { interpreter.resultRefused = nil }
        let begun: Result<[Command], JournalMismatch>
        do {
            try Replay.rebuild(interpreter, from: kept.rows, hasBegun: false) { _, _ in }
            let retry = Signal.retried(RetryRecord(run: header.run + 1, occurrences: occurrences))
            begun = .success(
                try interpreter.apply(
                    JournalEntry(sequence: interpreter.sequence + 1, time: interpreter.now, content: .signal(retry))))
        } catch {
            begun = .failure(error)
        }
        // What its own definition refuses, too, is part of what is recorded.
        if let unfit = refused.first(where: { value in !kept.refused.contains { $0.key == value.key } }) {
            throw RetryRefusal(reason: .mismatch, description: "what is kept does not fit the definition: \(unfit)")
        }
        let commands: [Command]
        switch begun {
        case .success(let asked): commands = asked
        case .failure(let mismatch):
            throw RetryRefusal(reason: .mismatch, description: "what is kept does not replay on the definition: \(mismatch)")
        }
        guard interpreter.ending == nil else {
            let remedy = upgrade == nil ? "correct the definition and use --upgrade" : "correct the definition"
            throw RetryRefusal(
                reason: .failsAgain,
                description: "with the results that are kept it would end the same way at once; begin at an earlier step with "
                    + "--from, or \(remedy)")
        }
        return (commands.compactMap(\.leafKey).filter { !$0.isReserved }, interpreter.begunAnew)
    }
}

/// Entries of an ended run applied anew: those that the definition asks for without the others.
struct KeptJournal {
    let interpreter: Interpreter
    private(set) var rows: [StepRow] = []
    /// Results that the definition does not take.
    private(set) var refused: [UnfitValue] = []

    init(
        graph: StepGraph, header: InstanceHeader, run: EndedRun, where isCandidate: (EndedRun.Entry) -> Bool
    ) throws(JournalMismatch) {
        interpreter = Interpreter(graph: graph, header: header)
        interpreter.countsEveryPlace = true
        var refused: [UnfitValue] = []
        interpreter.resultRefused = { refused.append($0) }
        defer { interpreter.resultRefused = nil }
        let recorded = Dictionary(run.rows.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var asked: [MemoKey: LeafRecord] = [:]
        note(interpreter.start(), &asked, recorded)
        for candidate in run.entries where isCandidate(candidate) && isAsked(candidate, asked) {
            var row = candidate.row
            let sequence = interpreter.sequence + 1
            row.scheduledSequence = asked[row.key]?.scheduledSequence ?? sequence
            row.completedSequence = sequence
            rows.append(row)
            var entry = candidate.entry
            entry.sequence = sequence
            note(try interpreter.apply(entry), &asked, recorded)
            if isOver { break }
        }
        rows.sort { ($0.scheduledSequence, $0.key) < ($1.scheduledSequence, $1.key) }
        self.refused = refused
    }

    /// The run would end with what is kept.
    var isOver: Bool { interpreter.completion != nil || interpreter.ending != nil }

    /// Steps with a `finally` whose body is under way.
    var openFinallies: Set<String> {
        var found: Set<String> = []
        if let root = interpreter.root { collect(root, into: &found) }
        return found
    }

    private func collect(_ frame: Frame, into found: inout Set<String>) {
        if case .body = frame.state, let index = frame.isNode, case .finally = interpreter.graph[index].kind,
            !interpreter.isWhole(frame)
        {
            found.insert(frame.key)
        }
        frame.forEachChild { collect($0, into: &found) }
    }

    private func isAsked(_ candidate: EndedRun.Entry, _ asked: [MemoKey: LeafRecord]) -> Bool {
        switch candidate.entry.content {
        case .outcome(let key, _):
            interpreter.leaves[key] != nil && asked[key]?.inputDigest == candidate.row.inputDigest
                && asked[key]?.occurrence == candidate.row.occurrence
        case .signal(.timedOut(let step)): interpreter.timers[step.timeout] != nil
        case .signal: true
        }
    }

    private mutating func note(
        _ commands: [Command], _ asked: inout [MemoKey: LeafRecord], _ recorded: [MemoKey: StepRow]
    ) {
        for command in commands {
            if let leaf = command.leaf { asked[leaf.key] = leaf }
            // A wait or sleep that was stopped is no entry; its row goes with the entry that stopped it.
            if case .endLeaf(let key) = command, var row = recorded[key], row.completedSequence == nil, let leaf = asked[key] {
                row.scheduledSequence = leaf.scheduledSequence
                rows.append(row)
            }
        }
    }
}

extension MemoKey {
    /// In an undo or a `finally`.
    fileprivate var isCleanup: Bool {
        text.split(separator: "/").contains { segment in
            segment.hasSuffix(".undo") || segment.hasSuffix(".finally")
        }
    }
}
