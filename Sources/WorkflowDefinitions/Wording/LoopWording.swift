import CEL
import Diagnostics

// What authors are told about loops.

extension Diagnostic {
    static func unfitLoopKey(_ type: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            type.mayBeNull ? .mayBeNull : .unfitValue,
            type.mayBeNull
                ? "`key` must be a string or an integer, but this may be null"
                : "`key` must be a string or an integer, this is \(type.shown)", at: range, label: type.description,
            help: "it names the item in the history, and no two items may have the same")
    }

    static func unfitInitial(_ initial: StaticType, output: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .unfitValue, "`initial` is \(initial.shown), but a round gives \(output.shown)", at: range,
            label: "not of one kind",
            help: "`previous` is `initial` in the first round and the output of the round before in all others")
    }
}
