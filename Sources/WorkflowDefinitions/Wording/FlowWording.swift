import Diagnostics
import Values
import YAMLSyntax

// What authors are told about the order in which steps run (WF21xx).

extension Diagnostic {
    static func neverApplies(_ id: Located<String>, condition: SourceRange) -> Diagnostic {
        Diagnostic(
            .unreachable, "the step '\(id.value)' is never reached: its `if` is always false", at: id.range,
            label: "unreachable", notes: [Note(range: condition, message: "always false")])
    }

    static func unreachable(_ step: Step, after end: Step) -> Diagnostic {
        Diagnostic(
            .unreachable, "the step '\(step.id.value)' is never reached", at: step.id.range, label: "unreachable",
            notes: [Note(range: end.id.range, message: "nothing comes after this")])
    }

    static func circularCall(_ names: [String], at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .circularCall, "actions call each other in a circle: \(names.joined(separator: " → "))", at: range,
            label: "calls back",
            help: "an action runs inside its caller, so the circle would never end")
    }

    static func circularInvoke(_ names: [String], at range: SourceRange) -> Diagnostic {
        let message =
            names.count == 2
            ? "the workflow '\(names[0])' starts itself"
            : "workflows start each other in a circle: \(names.joined(separator: " → "))"
        return Diagnostic(
            .circularCall, .warning, message, at: range, label: "starts it again",
            help: "see to it that this ends; to go on for years, `continue_as_new` begins the same instance anew")
    }

    static func clauseAfterCatchAll(_ clause: CatchList.Clause, earlier: CatchList.Clause) -> Diagnostic {
        Diagnostic(
            .catchClause, "this clause never matches: an earlier one takes all its errors", at: clause.mark,
            label: "never matches", notes: [Note(range: earlier.mark, message: "takes them first")],
            help: "the first clause that matches runs: put the narrower one first")
    }

    static func neverRaised(_ code: Located<String>, known: [String]) -> Diagnostic {
        let guess = closestMatch(to: code.value, among: known)
        let list = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "")
        let help: String?
        switch code.value {
        case "stopped": help = "a step that is stopped cannot catch it; its `finally` sees it"
        case "timeout": help = "a `timeout` is raised at the step that has it: give one to this step, or catch it there"
        default: help = guess != nil || known.isEmpty ? nil : "what it may raise: \(list)"
        }
        return Diagnostic(
            .catchClause, .warning, "nothing in this body raises '\(code.value)'", at: code.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "never raised", help: help,
            fix: guess.map { Fix(title: "write '\($0)'", range: code.range, replacement: $0) })
    }

    static func mayChooseNothing(_ step: Step) -> Diagnostic {
        Diagnostic(
            .switchCoverage, "no case of '\(step.id.value)' may apply, and its output is used", at: step.verbRange,
            label: "no default", help: "end it with a case without `if`; its output is null when none applies")
    }

    static func missingCases(_ step: Step, missing: [Value], subject: String) -> Diagnostic {
        let shown = missing.map { $0.stringValue.map { "'\($0)'" } ?? JSON.text($0) }.joined(separator: ", ")
        return Diagnostic(
            .switchCoverage, "'\(step.id.value)' has no case for \(shown)", at: step.verbRange, label: "not exhaustive",
            help: "add the missing cases of \(subject), or end with a case without `if`")
    }

    static func caseTakenBefore(_ step: Step, by earlier: Step, isDuplicate: Bool) -> Diagnostic {
        let why = isDuplicate ? "has the same `if`" : "takes all it is for"
        return Diagnostic(
            .switchCase, "the case '\(step.id.value)' never applies: '\(earlier.id.value)' \(why)", at: step.id.range,
            label: "never applies", notes: [Note(range: earlier.id.range, message: "applies first")],
            help: "remove it, or put the narrower case first")
    }

    static func singleBranch(_ step: Step, branch: Located<String>) -> Diagnostic {
        Diagnostic(
            .singleBranch, "'\(step.id.value)' has one branch: nothing runs at the same time", at: step.verbRange,
            label: "one branch", notes: [Note(range: branch.range, message: "the only branch")],
            help: "write the step alone, or add the branches it should run with")
    }

    static func returnNotAllowed(_ step: Step, inside key: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .returnPlace, "'\(step.verb.name)' is not allowed inside '\(key)'", at: range, label: "not here",
            help: "it would end the whole definition in the middle of '\(key)'")
    }

    static func nextRunOfAction(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .returnPlace, "an action cannot continue as new: it has no run of its own", at: range, label: "not in an action",
            help: "give an `output`, and let the workflow that calls the action continue as new")
    }

    static func caseNotLast(_ step: Step) -> Diagnostic {
        Diagnostic(
            .caseOrder, "the case '\(step.id.value)' has no `if` and is not the last one", at: step.id.range,
            label: "always applies", help: "the cases after it could never run: move it to the end or give it an `if`")
    }
}
