import CEL
package import Diagnostics

// What authors are told about an edit and what instances have recorded (WF72xx). The places are in the new definition.

private let goesOn = "instances with such a record go on with the definition they began with"

// MARK: - Found by comparing two definitions

extension Diagnostic {
    static func stepGone(_ id: String, at range: SourceRange, label: String) -> Diagnostic {
        Diagnostic(
            .stepGone, "the step '\(id)' has disappeared: what is recorded of it belongs nowhere", at: range, label: label,
            help: goesOn)
    }

    static func stepRenamed(_ id: String, _ newID: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .stepGone, "the step '\(id)' has disappeared: what is recorded of it belongs nowhere", at: range,
            label: "is this '\(id)' under a new name?",
            help: "the id is part of what is recorded: keep '\(id)' for instances that are to move here")
    }

    static func stepChanged(_ id: String, was: String, now: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .stepChanged, "the step '\(id)' was '\(was)' and is '\(now)'", at: range, label: "does something else",
            help: "give what it does now an id of its own; \(goesOn)")
    }

    static func resultNoLongerFits(_ id: String, _ was: StaticType, _ now: StaticType, at range: SourceRange) -> Diagnostic {
        let (was, now) = (described(was), described(now))
        let message =
            was == now
            ? "results that are recorded of '\(id)' need not fit its `returns`"
            : "results that are recorded of '\(id)' are \(was) and need not fit \(now)"
        return Diagnostic(
            .recordUnfit, message, at: range, label: "narrower than it was",
            help: "add new fields as optional (`?`), and keep the type of old ones")
    }

    static func eventNoLongerFits(
        _ id: String, _ event: String, _ was: StaticType, _ now: StaticType, at range: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .recordUnfit,
            "events '\(event)' that '\(id)' has taken \(difference(was, now))", at: range, label: "takes less than it did",
            help: "add new fields as optional (`?`) or with a default, and keep the type of old ones")
    }

    static func settingNoLongerFits(_ name: String, _ was: StaticType, _ now: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .recordUnfit, "values of the setting '\(name)' that instances have kept \(difference(was, now))", at: range,
            label: "takes less than it did", help: "instances keep the configuration they began with; use a new name")
    }

    /// Types that differ only in what their description leaves out have the same words.
    private static func difference(_ was: StaticType, _ now: StaticType) -> String {
        let (was, now) = (described(was), described(now))
        return was == now ? "need not fit \(now)" : "are \(was) and need not fit \(now)"
    }

    static func inputNoLongerFits(_ was: StaticType, _ now: StaticType, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .recordUnfit, "inputs that are recorded are \(described(was)) and need not fit \(described(now))", at: range,
            label: "takes less than it did",
            help: "add new fields as optional (`?`) or with a default, and keep old ones")
    }

    package static func settingNotRecorded(_ name: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .recordUnfit, "the setting '\(name)' is new: the configuration that instances have kept does not have it",
            at: range, label: "needs '\(name)'",
            help: "instances keep the configuration they began with; only new ones have the setting")
    }

    static func stepMoved(_ id: String, from old: String, to new: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .stepMoved, "the step '\(id)' \(place(from: old, to: new))", at: range, label: "was '\(old)', is '\(new)'",
            help: "what is recorded is found by where a step stands: leave it there, or give it a new id")
    }

    private static func place(from old: String, to new: String) -> String {
        func loops(_ form: String) -> Int { form.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "#") } }
        if loops(new) > loops(old) { return "stands in a loop now" }
        return loops(new) < loops(old) ? "stands in no loop now" : "stands at another place now"
    }

    static func undoChanged(
        _ id: String, wasThere: Bool, isThere: Bool, step: SourceRange, at range: SourceRange
    ) -> Diagnostic {
        let message =
            !isThere
            ? "'\(id)' is not undone any more, also where it has completed already"
            : wasThere
                ? "what undoes '\(id)' has changed, also where it has completed already"
                : "'\(id)' is undone now, also where it has completed already"
        return Diagnostic(
            .undoChanged, message, at: range, label: isThere ? "undoes it" : "has no `compensate`",
            notes: range == step ? [] : [Note(range: step, message: "this step")],
            help: "an instance that moves undoes its completed steps as the new definition says")
    }

    static func stepAdded(_ id: String, before later: SourceRange?, isBranch: Bool, at range: SourceRange) -> Diagnostic {
        let message =
            isBranch
            ? "the branch '\(id)' is new: instances whose branches have begun have no record of it"
            : "the step '\(id)' is new: instances that are past it have no record of it"
        return Diagnostic(
            .orderChanged, .warning, message, at: range, label: "new",
            notes: later.map { [Note(range: $0, message: isBranch ? "begins with it" : "comes after it")] } ?? [],
            help: "instances that have not come here can move")
    }

    static func stepsReordered(_ id: String, before earlier: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .orderChanged, .warning, "the step '\(id)' came after '\(earlier)' and comes before it now", at: range,
            label: "comes earlier", help: "instances that have not come here can move")
    }
}

// MARK: - Found by replaying a journal

extension Diagnostic {
    package static func recordNotReached(_ key: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .stepGone, "the definition does not come to '\(key)', which is recorded", at: range, label: "not reached",
            help: "look at the conditions of this step and at what could end the workflow before it")
    }

    package static func recordedTimeoutGone(_ key: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .stepGone, "the timeout of '\(key)' has come due, and is not set any more", at: range, label: "has no such timeout",
            help: goesOn)
    }

    package static func recordMoved(_ key: String, to newKey: String, at range: SourceRange) -> Diagnostic {
        .stepMoved(key, from: key, to: newKey, at: range)
    }

    package static func recordedOtherwise(_ key: String, was: String, now: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .stepChanged, "'\(key)' is recorded as '\(was)' and asks for '\(now)'", at: range, label: "does something else",
            help: "give what it does now an id of its own; \(goesOn)")
    }

    package static func recordedInputDiffers(_ key: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .stepChanged, "'\(key)' is recorded with another input", at: range, label: "asks for something else",
            help: "what it is given comes from its `with`, and from `output` and `let` of the steps before it")
    }

    package static func recordedValueUnfit(
        _ what: String, expected: String, actual: String, at range: SourceRange
    ) -> Diagnostic {
        Diagnostic(
            .recordUnfit, "\(what) no longer fits: \(expected) is expected, \(actual) is recorded", at: range,
            label: "does not take it", help: "add new fields as optional (`?`), and keep the type of old ones; \(goesOn)")
    }

    package static func askedBeforeRecorded(_ key: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .orderChanged, "'\(key)' is not recorded, and comes before what is", at: range, label: "not recorded",
            help: "put new steps behind those that instances have reached")
    }

    package static func recordedElsewhere(_ key: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .orderChanged, "'\(key)' is recorded at another point of the run", at: range, label: "comes earlier or later now",
            help: goesOn)
    }
}

/// A type without its name, which may be the same for both.
private func described(_ type: StaticType) -> String {
    guard case .record(var record) = type else { return type.description }
    record.name = nil
    return record.description
}
