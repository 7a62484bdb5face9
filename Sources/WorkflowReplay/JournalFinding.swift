package import Diagnostics
import Values
import WorkflowDefinitions
import WorkflowGraph
import WorkflowInterpreter
package import WorkflowJournal

/// Why a journal does not go on with a definition, at a place of that definition.
package struct JournalFinding: Sendable {
    /// In the journal; nil: the run as a whole.
    package var key: MemoKey?
    /// The entry with which they part, from 1; nil when it is no entry.
    package var sequence: Int?
    /// What is recorded and what the definition asks for, without values.
    package var recorded: String
    package var asked: String
    /// One sentence without a full stop.
    package var reason: String
    /// Nil when the definition is not to blame.
    package var diagnostic: Diagnostic?
}

/// Makes findings for one definition and one that instances run now.
struct FindingMaker {
    let new: StepGraph
    private let forms: StepForms
    /// Of the definitions; empty when the old one is not known.
    let changes: [DefinitionChange]

    init(from old: StepGraph?, to new: StepGraph) {
        self.new = new
        forms = StepForms(new)
        changes = old.map { DefinitionChange.all(from: $0, to: new) } ?? []
    }

    // MARK: - A replay that parts

    func finding(of divergence: Divergence, rows: [StepRow]) -> JournalFinding {
        let mismatch = divergence.mismatch
        let ordered = rows.enumerated().sorted { lhs, rhs in
            (lhs.element.scheduledSequence, lhs.offset) < (rhs.element.scheduledSequence, rhs.offset)
        }.map(\.element)
        let position = ordered.first { $0.key == mismatch.key }?.scheduledSequence ?? divergence.sequence + 1
        // What the replay stumbles over may only follow from a step that is gone or has moved.
        if let (row, change) = firstDisplaced(ordered, until: position) {
            return JournalFinding(
                key: row.key, sequence: row.completedSequence, recorded: Self.words(row),
                asked: row.key == mismatch.key ? mismatch.asked : "nothing", reason: change.diagnostic.message,
                diagnostic: change.diagnostic)
        }
        var key = mismatch.key
        if mismatch.kind == .endsEarlier { key = rows.first { $0.completedSequence == divergence.sequence + 1 }?.key }
        let range = place(of: mismatch.movedTo ?? key)
        let diagnostic = range.flatMap { self.diagnostic(of: mismatch, key, at: $0) }
        return JournalFinding(
            key: key, sequence: divergence.sequence + 1, recorded: mismatch.recorded, asked: mismatch.asked,
            reason: diagnostic?.message ?? mismatch.explanation, diagnostic: diagnostic)
    }

    private static func words(_ row: StepRow) -> String {
        ([row.verb.rawValue] + (row.action.map { [$0] } ?? [])).joined(separator: " ")
    }

    private func firstDisplaced(_ rows: [StepRow], until sequence: Int) -> (StepRow, DefinitionChange)? {
        let displacing = changes.filter(\.displacesRecords)
        guard !displacing.isEmpty else { return nil }
        for row in rows where row.verb != .signal && row.scheduledSequence <= sequence {
            guard let form = StepForms.form(of: row.key.text) else { continue }
            if let change = displacing.first(where: { StepForms.isInside(form, $0.form) }) { return (row, change) }
        }
        return nil
    }

    private func diagnostic(of mismatch: JournalMismatch, _ key: MemoKey?, at range: SourceRange) -> Diagnostic? {
        let step = key?.text ?? ""
        switch mismatch.kind {
        case .stepVanished, .endsEarlier: return .recordNotReached(step, at: range)
        case .stepIsNew: return .askedBeforeRecorded(step, at: range)
        case .stepMoved: return .recordMoved(step, to: mismatch.movedTo?.text ?? "", at: range)
        case .actionChanged: return .recordedOtherwise(step, was: mismatch.recorded, now: mismatch.asked, at: range)
        case .inputChanged: return .recordedInputDiffers(step, at: range)
        case .orderChanged: return .recordedElsewhere(step, at: range)
        case .timeoutVanished: return .recordedTimeoutGone(step, at: range)
        case .journalDamaged: return nil
        }
    }

    /// Where the step stands, or what is around it.
    private func place(of key: MemoKey?) -> SourceRange? {
        let form = key.flatMap { StepForms.form(of: $0.text) }
        return form.flatMap { forms.nearest(to: $0) }.flatMap { new.range(of: $0) } ?? new.main.nameRange
    }

    // MARK: - A value that does not fit

    func finding(of value: UnfitValue, rows: [StepRow]) -> JournalFinding {
        let actual = value.actual + (value.pointer.isEmpty ? "" : " at \(value.pointer)")
        func unfit(_ what: String, at range: SourceRange?) -> Diagnostic? {
            range.map { .recordedValueUnfit(what, expected: value.expected, actual: actual, at: $0) }
        }
        let diagnostic: Diagnostic? =
            switch value.subject {
            case .input: unfit("the recorded input", at: new.main.inputRange ?? new.main.nameRange)
            case .setting(let name): unfit("the recorded setting '\(name)'", at: new.main.nameRange)
            case .missingSetting(let name): new.main.nameRange.map { Diagnostic.settingNotRecorded(name, at: $0) }
            case .result(let key): unfit("the recorded result of '\(key)'", at: place(of: key))
            case .event(let key): unfit("the event that '\(key)' took", at: place(of: key))
            }
        return JournalFinding(
            key: value.key, sequence: value.key.flatMap { key in rows.first { $0.key == key }?.completedSequence },
            recorded: actual, asked: value.expected, reason: diagnostic?.message ?? value.description, diagnostic: diagnostic)
    }

    // MARK: - Undos

    var comparesUndo: Bool { changes.contains { $0.diagnostic.code == .undoChanged } }

    func undoChanges(of steps: [String]) -> [Diagnostic] {
        let forms = Set(steps.compactMap { StepForms.form(of: $0) })
        return changes.filter { $0.diagnostic.code == .undoChanged && forms.contains($0.form) }.map(\.diagnostic)
    }
}
