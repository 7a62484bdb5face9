import Diagnostics
import YAMLSyntax

/// Modifiers stand on the verbs they are for, and not beside those that exclude them (WF1108).
enum ModifierPlaceRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, surroundings in
            for modifier in step.modifiers.written where !allowed(modifier.key, on: step.verb) {
                report(
                    .exclusive(
                        "'\(modifier.key)' does not go with '\(step.verb.name)'", at: modifier.range, and: step.verbRange,
                        help: help(modifier.key)))
            }
            checkPairs(step, report)
            checkCompensation(step, surroundings, report)
            checkAtMostOnce(step, surroundings, report)
        }
    }

    private static func allowed(_ key: String, on verb: Step.Verb) -> Bool {
        let verb = verb.name
        let isPure = ["let", "fail", "return", "continue_as_new"].contains(verb)
        switch key {
        case "foreach", "repeat", "output": return !isPure
        case "retry": return ["call", "invoke", "steps", "parallel", "switch", "step"].contains(verb)
        case "returns": return ["call", "invoke", "wait", "step"].contains(verb)
        case "at_most_once": return ["call", "step"].contains(verb)
        case "compensate": return ["call", "invoke", "emit", "steps", "parallel", "switch", "step"].contains(verb)
        case "timeout": return !isPure && verb != "emit"
        case "catch": return verb != "return" && verb != "continue_as_new"
        default: return true
        }
    }

    private static func help(_ key: String) -> String? {
        switch key {
        case "retry": "it repeats a call or a body of steps"
        case "returns": "it types what comes from outside: call, invoke, wait"
        case "output": "these steps have no output of their own to replace"
        default: nil
        }
    }

    private static func checkPairs(_ step: Step, _ report: (Diagnostic) -> Void) {
        if let foreach = step.modifiers.foreach, let loop = step.modifiers.repeat {
            report(
                .exclusive(
                    "'foreach' and 'repeat' exclude each other", at: loop.keyRange, and: foreach.keyRange,
                    help: "put one of them on a group around the step"))
        }
    }

    /// Nothing undoes an undo.
    private static func checkCompensation(_ step: Step, _ surroundings: StepSurroundings, _ report: (Diagnostic) -> Void) {
        guard let list = step.modifiers.compensate else { return }
        for level in surroundings.levels.reversed() where level.kind == .compensate || level.kind == .finally {
            let name = level.kind == .compensate ? "compensate" : "finally"
            report(
                .exclusive(
                    "'compensate' is not allowed inside '\(name)'", at: list.keyRange,
                    help: "what happens there is never undone"))
            return
        }
    }

    private static func checkAtMostOnce(_ step: Step, _ surroundings: StepSurroundings, _ report: (Diagnostic) -> Void) {
        guard let flag = step.modifiers.isAtMostOnce, flag.value else { return }
        guard let retry = step.modifiers.retry ?? retry(around: surroundings) else { return }
        report(
            .exclusive(
                "'at_most_once' does not go with 'retry'", at: flag.range, and: retry.keyRange,
                help: "a retry would do it a second time"))
    }
}

extension ModifierPlaceRule {
    /// The retry of a body around; clauses, undos and clean-ups are outside what is retried.
    private static func retry(around surroundings: StepSurroundings) -> Modifiers.Retry? {
        for level in surroundings.levels.reversed() {
            switch level.kind {
            case .steps, .parallel, .choice: if let retry = level.step?.modifiers.retry { return retry }
            case .catching: continue
            case .compensate, .finally: return nil
            }
        }
        return nil
    }
}

extension Modifiers {
    /// The modifiers that not every verb takes, with the place of their key.
    var written: [(key: String, range: SourceRange)] {
        let all: [(String, SourceRange?)] = [
            ("foreach", foreach?.keyRange), ("repeat", `repeat`?.keyRange), ("retry", retry?.keyRange),
            ("timeout", timeout?.keyRange),
            ("at_most_once", isAtMostOnce?.range), ("output", output?.keyRange), ("returns", returns?.keyRange),
            ("catch", catches?.keyRange), ("compensate", compensate?.keyRange),
        ]
        return all.compactMap { key, range in range.map { (key, $0) } }
    }
}
