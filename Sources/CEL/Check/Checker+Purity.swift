import Values

/// Names that authors try for what no expression has: a clock, randomness, the environment.
///
/// A replay has to find the same values, so each of them is an action whose answer is recorded.
enum ImpureName {
    private enum Source { case clock, randomness, environment }

    private static func source(_ name: String) -> Source? {
        switch name.lowercased() {
        case "now", "today", "date", "datetime", "time", "clock", "currenttime", "current_time", "utcnow": .clock
        case "random", "rand", "uuid", "uuid4", "uuidv4", "guid", "randint": .randomness
        case "env", "environ", "environment", "getenv", "process": .environment
        default: nil
        }
    }

    /// What is wrong with the name and what to do; nil when it is no such name.
    static func explanation(of name: String) -> (message: String, help: String)? {
        switch source(name) {
        case .clock: ("expressions have no clock", "take the time in a step before, `call: time.now`, and read its output here")
        case .randomness:
            (
                "expressions have no randomness",
                "draw it in a step before, `call: random.uuid` or `call: random.int`, and read its output here"
            )
        case .environment:
            ("expressions cannot read the environment", "declare a setting under `config`, or a secret under `secrets`")
        case nil: nil
        }
    }
}

extension Checker {
    /// False when the name is no impure one.
    func reportImpure(_ name: String, at range: Range<Int>) -> Bool {
        guard isWorkflow, let (message, help) = ImpureName.explanation(of: name) else { return false }
        report(.init(.impure, message, at: range, label: "differs on replay", help: help))
        return true
    }

    /// `time.now()`, `os.getenv("HOME")`: the receiver is no variable.
    func reportImpure(call name: SyntaxNode.Name, of receiver: SyntaxNode) -> Bool {
        guard receiver.isNameChain, !hasLocalRoot(receiver), let root = chain(receiver).first?.name,
            !scope.isTaken(root.text)
        else { return false }
        let whole = receiver.range.lowerBound..<name.range.upperBound
        return reportImpure(name.text, at: whole) || reportImpure(root.text, at: whole)
    }
}
