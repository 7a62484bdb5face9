import Diagnostics

// What authors are told about waivers (WF1118).

extension Diagnostic {
    static func malformedWaiver(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .waiver, "this comment to wfrun cannot be read", at: range, label: "not a waiver",
            help: "a waiver is written `\(Waiver.shape)`")
    }

    static func waiverWithoutReason(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .waiver, "a waiver says why", at: range, label: "no reason", help: "write the reason after the ']'")
    }

    static func waiverOfUnknownCode(_ text: String, at range: SourceRange) -> Diagnostic {
        let guess = closestMatch(to: text, among: DiagnosticCatalogue.rows.map(\.code.description))
        return Diagnostic(
            .waiver, text.isEmpty ? "this waiver names no code" : "there is no diagnostic '\(text)'", at: range,
            label: guess.map { "did you mean '\($0)'?" } ?? "unknown code",
            help: guess == nil ? "`wfrun explain --list` has all codes" : nil)
    }

    static func uselessWaiver(_ code: Located<DiagnosticCode>) -> Diagnostic {
        Diagnostic(
            .waiver, "this waiver suppresses nothing: no \(code.value) is reported here", at: code.range,
            label: "nothing to waive",
            help: "remove it; a waiver stands on the line of the key it is about, or on the line before")
    }

    static func refusedWaiver(_ code: Located<DiagnosticCode>, of error: Diagnostic) -> Diagnostic {
        Diagnostic(
            .waiver, "\(code.value) cannot be waived: with this error the definition cannot be run", at: code.range,
            label: "not waivable", notes: [.init(range: error.range, message: "the error")], help: "mend the error")
    }
}
