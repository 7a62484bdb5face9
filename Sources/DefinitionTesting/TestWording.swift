import CEL
import Diagnostics
import Values
import WorkflowDefinitions
import WorkflowGraph
import YAMLSyntax

// What authors of tests are told. The codes are those of the same mistakes in definitions.

extension DiagnosticCode {
    static let unknownStep = DiagnosticCode(2101)
    static let unknownTarget = DiagnosticCode(2110)
    static let callInput = DiagnosticCode(2111)
    static let undeclaredEvent = DiagnosticCode(2113)
    static let undeclaredSetting = DiagnosticCode(2120)
    static let unfitValue = DiagnosticCode(4109)
    static let unknownKey = DiagnosticCode(1101)
    static let missingKey = DiagnosticCode(1102)
    static let exclusiveKeys = DiagnosticCode(1108)
    static let duplicateID = DiagnosticCode(1109)
    static let notInSet = DiagnosticCode(1105)
    static let wrongKind = DiagnosticCode(1103)
    static let nameAndPath = DiagnosticCode(1113)
}

extension Diagnostic {
    static func unfit(_ what: String, expected: StaticType, found: YAMLNode) -> Diagnostic {
        let given: String
        if case .scalar(let scalar) = found.content {
            given = scalar.text.isEmpty ? "nothing" : "`\(scalar.text)`"
        } else {
            given = found.kindName
        }
        return Diagnostic(
            .unfitValue, .error, "\(what) must be \(expected), not \(given)", at: found.firstLine, label: "expected \(expected)"
        )
    }

    static func missingField(_ field: RecordType.Field, of what: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unfitValue, .error, "\(what) has no '\(field.name)', which is \(field.type)", at: range,
            label: "'\(field.name)' is missing")
    }

    static func unknownField(_ key: YAMLScalar, of what: String, guess: String?, known: [String]) -> Diagnostic {
        Diagnostic(
            .unfitValue, .error, "\(what) has no field '\(key.text)'", at: key.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown field",
            help: guess == nil && !known.isEmpty ? "its fields are \(known.joined(separator: ", "))" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: key.range, replacement: $0) })
    }

    static func notMember(_ what: String, found: YAMLScalar, members: [String]) -> Diagnostic {
        let guess = closestMatch(to: found.text, among: members)
        return Diagnostic(
            .unfitValue, .error, "'\(found.text)' is no value for \(what)", at: found.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "not one of the possible values",
            help: "possible are \(members.joined(separator: ", "))")
    }

    static func unknownTarget(_ name: String, known: [String], at range: SourceRange) -> Diagnostic {
        let guess = closestMatch(to: name, among: known)
        return Diagnostic(
            .unknownTarget, .error, "there is no workflow or action '\(name)' to test", at: range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown",
            fix: guess.map { Fix(title: "write '\($0)'", range: range, replacement: $0) })
    }

    static func otherFile(_ name: String, expected: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .nameAndPath, .error, "the test of '\(name)' does not stand beside it", at: range, label: "expected '\(expected)'",
            help: "a test file has the name of the file that it tests, with `.test.yaml`")
    }

    static func noKey(_ text: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unknownStep, .error, "'\(text)' cannot be the memo key of a step", at: range, label: "no memo key",
            help: "keys look like charge, checks/fraud, ship[3]/reserve, poll#2/status, charge.undo/refund")
    }

    static func unknownStep(
        _ problem: StepGraph.PathProblem, of target: String, at range: SourceRange
    ) -> Diagnostic {
        switch problem.reason {
        case .unknownStep(let id, let known):
            let guess = closestMatch(to: id, among: known)
            let known = known.filter { !$0.isEmpty }
            return Diagnostic(
                .unknownStep, .error, "'\(target)' has no step '\(id)' at this place", at: range,
                label: guess.map { "did you mean '\($0)'?" } ?? "unknown step",
                help: guess == nil && !known.isEmpty ? "the steps here are \(known.joined(separator: ", "))" : nil,
                fix: guess.map { Fix(title: "write '\($0)'", range: range, replacement: $0) })
        case .noBody(let id):
            return Diagnostic(
                .unknownStep, .error, "the step '\(id)' has no steps inside", at: range, label: "nothing inside")
        case .unknownPhase(let phase, let owner, let known):
            return Diagnostic(
                .unknownStep, .error, "there are no steps under '.\(phase)' of \(owner)", at: range, label: "no such steps",
                help: known.isEmpty
                    ? "it has neither catch steps, compensate nor finally" : "it has .\(known.joined(separator: ", ."))")
        case .noLoop(let id, let marker):
            return Diagnostic(
                .unknownStep, .error, "the step '\(id)' has no `\(marker)`", at: range, label: "no such occurrence")
        case .incomplete:
            return Diagnostic(
                .unknownStep, .error, "this is a list of steps, not a step", at: range, label: "name a step in it")
        }
    }

    static func cannotBeMocked(_ verb: String, _ path: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unknownStep, .error, "'\(path)' is a `\(verb)` step: only `call` and `invoke` are mocked", at: range,
            label: "nothing to mock", help: verb == "wait" ? "give it its event under `events`" : nil)
    }

    static func notCalled(_ verb: String, _ path: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unknownStep, .error, "'\(path)' is a `\(verb)` step: `calls` lists `call` and `invoke` steps", at: range,
            label: "no call")
    }

    static func mockedTwice(_ inner: String, _ outer: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .exclusiveKeys, .error, "'\(inner)' never runs: '\(outer)' is mocked as a whole", at: range, label: "never used",
            notes: [Note(range: first, message: "mocked here")], help: "remove one of the two")
    }

    static func undeclaredEvent(_ name: String, of target: String, known: [String], at range: SourceRange) -> Diagnostic {
        let guess = closestMatch(to: name, among: known)
        return Diagnostic(
            .undeclaredEvent, .error, "'\(target)' knows no event '\(name)'", at: range,
            label: guess.map { "did you mean '\($0)'?" } ?? "nobody waits for it",
            help: guess != nil
                ? nil : known.isEmpty ? "it waits for no event" : "it knows \(known.joined(separator: ", "))",
            fix: guess.map { Fix(title: "write '\($0)'", range: range, replacement: $0) })
    }

    static func undeclaredSetting(_ kind: String, _ key: YAMLScalar, of target: String, known: [String]) -> Diagnostic {
        let guess = closestMatch(to: key.text, among: known)
        return Diagnostic(
            .undeclaredSetting, .error, "'\(target)' uses no \(kind) '\(key.text)'", at: key.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "not used",
            help: guess != nil || known.isEmpty ? nil : "it uses \(known.joined(separator: ", "))",
            fix: guess.map { Fix(title: "write '\($0)'", range: key.range, replacement: $0) })
    }

    static func sameCase(_ name: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .duplicateID, .error, "there are two cases '\(name)' in this file", at: range, label: "again here",
            notes: [Note(range: first, message: "first here")])
    }

    static func missingInput(_ names: [String], of target: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .callInput, .error, "'\(target)' needs the input \(names.map { "'\($0)'" }.joined(separator: ", "))", at: range,
            label: "no input")
    }
}
