import Values
package import WorkflowGraph
import WorkflowJournal

/// Registered compensations, and undoing them: language.md §3 "Unwinding" and "Registration".
extension Interpreter {
    /// The step has completed: its own undo replaces what was registered inside it.
    func register(_ block: BlockIndex, of frame: Frame, ownOutput: Value) {
        guard !frame.context.isCleanup else { return }
        registrationCount += 1
        frame.registrations = [
            Registration(
                number: registrationCount, sequence: sequence, key: frame.key, block: block, scope: frame.scope,
                ownOutput: ownOutput, context: frame.context)
        ]
    }

    /// What would be undone if the run failed now: the block of each completed step's key.
    package var standingUndos: [String: BlockIndex] {
        var found: [String: BlockIndex] = [:]
        if let root { collectUndos(root, into: &found) }
        return found
    }

    private func collectUndos(_ frame: Frame, into found: inout [String: BlockIndex]) {
        for registration in frame.registrations { found[registration.key] = registration.block }
        frame.forEachChild { collectUndos($0, into: &found) }
    }

    /// Smaller into larger, so that deep nesting costs no more; `undo` puts them in order.
    func takeRegistrations(from child: Frame, to frame: Frame) {
        guard !child.registrations.isEmpty else { return }
        if frame.registrations.count < child.registrations.count { swap(&frame.registrations, &child.registrations) }
        frame.registrations.append(contentsOf: child.registrations)
        child.registrations = []
    }

    /// Undoes everything registered in this frame, newest completion first, then goes on.
    func undo(_ frame: Frame, error: Failure, then: Frame.AfterUndo) {
        // Of branches and items the registrations come together in the order in which those ended.
        frame.registrations.sort { $0.number < $1.number }
        undoNext(frame, error: error, then: then)
    }

    private func undoNext(_ frame: Frame, error: Failure, then: Frame.AfterUndo) {
        let isLeftOut = self.ending == .cancelled && !compensatesOnEnding
        guard let registration = frame.registrations.popLast(), !isLeftOut else {
            frame.registrations = []
            undone(frame, then)
            return
        }
        undoBegan?(registration)
        var context = registration.context
        context.isCleanup = true
        // What ends the whole instance is seen by its own name, not as a stop.
        let seen = isWhole(frame) && error.code == "stopped" ? wholeFailure(error) : error
        let scope = Scope(parent: registration.scope, values: [seen.value, registration.ownOutput])
        beginChild(frame, .block(registration.block), key: registration.key + ".undo", scope: scope, context: context) {
            .undoing(child: $0, then: then)
        }
    }

    func undoAdvanced(_ frame: Frame, _ then: Frame.AfterUndo, _ ending: Ending) {
        noteCleanup(frame, ending)
        undoNext(frame, error: failure(behind: then), then: then)
    }

    private func failure(behind then: Frame.AfterUndo) -> Failure {
        switch then {
        case .clause(_, let caught): caught
        case .attemptAgain(let failure): failure
        case .end(.failure(let failure)), .end(.stopped(let failure)): failure
        case .end(.success), .end(.returned), .end(.continued): preconditionFailure("only what failed or was stopped is undone")
        }
    }

    private func undone(_ frame: Frame, _ then: Frame.AfterUndo) {
        switch then {
        case .end(let ending): end(frame, ending)
        case .attemptAgain(let failure):
            if !isOverdue(frame) { beginDelay(frame, after: failure) }
        case .clause(let index, let caught):
            if !isOverdue(frame) { beginClause(frame, index, caught) }
        }
    }

    /// A stop that came while something was undone takes effect now.
    private func isOverdue(_ frame: Frame) -> Bool {
        guard let cause = frame.stopCause else { return false }
        end(frame, .stopped(stoppedFailure(cause)))
        return true
    }
}
