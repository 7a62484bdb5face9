import Diagnostics

// What authors are told about events (WF52xx).

extension Diagnostic {
    static func unknownMatchPath(
        _ path: String, part: String, event: String, known: [String], at range: SourceRange
    ) -> Diagnostic {
        let guess = closestMatch(to: part, among: known)
        return Diagnostic(
            .matchPath, "the payload of '\(event)' has no field '\(path)'", at: range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown field",
            help: guess != nil ? nil : known.isEmpty ? nil : "its fields are \(known.joined(separator: ", "))")
    }

    static func waitForAny(_ step: Step) -> Diagnostic {
        Diagnostic(
            .waitForAny, "the step '\(step.id.value)' takes any event of this name", at: step.verbRange, label: "no condition",
            help: "name the one it is about: `match: { orderId: \"${{ input.orderId }}\" }`")
    }

    static func eventLoop(_ event: Located<String>, trigger: SourceRange, names: [String]) -> Diagnostic {
        let message =
            names.count == 2 && names[0] == names[1]
            ? "'\(names[0])' starts itself again with this event"
            : "workflows start each other for ever: \(names.joined(separator: " → "))"
        return Diagnostic(
            .eventLoop, message, at: event.range, label: "sent here",
            notes: [Note(range: trigger, message: "starts an instance")],
            help: "give the trigger a `where` that ends it, or use two events")
    }

    static func neverSent(_ event: Located<String>, similar: Located<String>) -> Diagnostic {
        Diagnostic(
            .unheardEvent, "nothing in this project sends '\(event.value)'", at: event.range,
            label: "did you mean '\(similar.value)'?",
            notes: [Note(range: similar.range, message: "sent here, and taken by nobody")])
    }

    static func neverTaken(_ event: Located<String>) -> Diagnostic {
        Diagnostic(
            .unheardEvent, .info, "nothing in this project waits for '\(event.value)' or is started by it", at: event.range,
            label: "taken by nobody")
    }
}
