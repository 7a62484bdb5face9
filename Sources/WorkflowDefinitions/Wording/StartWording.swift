import Diagnostics

// What authors are told about how instances start and what they send.

extension Diagnostic {
    static func sameTrigger(at range: SourceRange, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .duplicateID, "this trigger stands twice in this file", at: range, label: "again here",
            notes: [Note(range: first, message: "first here")],
            help: "a trigger is known by its time pattern and zone, or by its events: put what differs into one of the two")
    }

    static func leftOut(_ place: ValuePlace, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            place.mismatch, "\(place.what) is missing: it must be \(place.expectedText)", at: range, label: "nothing given")
    }
}
