import Diagnostics
import Values
import YAMLSyntax

// What authors are told about waiting, retries and compensation (WF5107–WF5120).

extension Diagnostic {
    static func waitForever(_ step: Step, workflow: Located<TimeSpan>?) -> Diagnostic {
        Diagnostic(
            .waitForever, "the step '\(step.id.value)' may wait for ever", at: step.verbRange, label: "no timeout",
            notes: notCounted(workflow), help: timeoutHelp(workflow))
    }

    static func repeatsWithoutTimeout(_ step: Step, at range: SourceRange, workflow: Located<TimeSpan>?) -> Diagnostic {
        Diagnostic(
            .waitForever, "the step '\(step.id.value)' repeats with no limit of time", at: range, label: "no timeout",
            notes: notCounted(workflow), help: timeoutHelp(workflow))
    }

    private static func notCounted(_ workflow: Located<TimeSpan>?) -> [Note] {
        workflow.map { [Note(range: $0.range, message: "does not interrupt an undo or a clean-up")] } ?? []
    }

    private static func timeoutHelp(_ workflow: Located<TimeSpan>?) -> String {
        workflow == nil ? "give it, a step around it or the workflow a `timeout`" : "give it a `timeout` of its own"
    }

    static func innerTimeout(_ inner: Located<TimeSpan>, outer: Located<TimeSpan>) -> Diagnostic {
        Diagnostic(
            .innerTimeout, "this timeout never comes: the one around it is over first", at: inner.range, label: "longer",
            notes: [Note(range: outer.range, message: "over before")], help: "shorten it or lengthen the one around it")
    }

    static func retriesExceedTimeout(
        at range: SourceRange, attempts: Int, attempt: Located<TimeSpan>?, delays: TimeSpan, total: TimeSpan,
        limit: Located<TimeSpan>
    ) -> Diagnostic {
        let tries = attempt.map { "\(attempts) attempts of \($0.value.shown) and " } ?? ""
        return Diagnostic(
            .innerTimeout, .warning,
            "these retries may take \(total.shown), but the timeout is over after \(limit.value.shown)", at: range,
            label: "\(tries)delays of \(delays.shown)", notes: [Note(range: limit.range, message: "over before")],
            help: "fewer attempts, shorter delays, or a longer timeout")
    }

    static func nothingToRetry(_ action: String, codes: [String], at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .nothingToRetry, "'\(action)' has no error that is retried by itself", at: range, label: "never repeats",
            help: codes.isEmpty
                ? "remove it: the action cannot fail" : "name the errors: `retry: { attempts: 3, errors: [\(codes[0])] }`")
    }

    static func overAYear(_ key: String, _ span: Located<TimeSpan>) -> Diagnostic {
        Diagnostic(
            .longTime, "this `\(key)` is over a year", at: span.range, label: "\(span.value.seconds / 86_400) days",
            help: "an instance keeps its definition all that time; is the unit right?")
    }

    static func alreadyPast(_ key: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .longTime, "the instant of this `\(key)` is past", at: range, label: "already past",
            help: "it is over at once; compute it from the input or from the answer of `time.now`")
    }

    static func overlapping(_ range: SourceRange, interval: TimeSpan, timeout: Located<TimeSpan>) -> Diagnostic {
        Diagnostic(
            .pileUp, "instances may run longer than the \(interval.shown) between them and pile up", at: range,
            label: "every \(interval.shown)", notes: [Note(range: timeout.range, message: "may run this long")],
            help: "shorten the timeout, or write `overlap: skip`")
    }

    static func retriedWithoutKey(_ action: String, at range: SourceRange, retry: SourceRange) -> Diagnostic {
        Diagnostic(
            .retryWithoutKey, "'\(action)' may be done twice: the other side cannot tell a second try from a second wish",
            at: range, label: "carries no idempotency key", notes: [Note(range: retry, message: "tried again here")],
            help: "make a second run harmless, or write `at_most_once: true` instead of `retry`")
    }

    static func effectStays(_ step: Step, whenFailing later: Step, example: StepList) -> Diagnostic {
        Diagnostic(
            .effectStays, "what '\(step.id.value)' has done stays done when '\(later.id.value)' fails", at: step.id.range,
            label: "no `compensate`",
            notes: [
                Note(range: later.id.range, message: "can fail"),
                Note(range: example.keyRange, message: "this one is undone"),
            ], help: "give it a `compensate`, or move it behind what can fail")
    }

    static func silentCatch(_ clause: CatchList.Clause) -> Diagnostic {
        let codes = clause.errors.map(\.value).joined(separator: ", ")
        return Diagnostic(
            .silentCatch, codes.isEmpty ? "this clause hides every error" : "this clause hides the error \(codes)",
            at: clause.firstLine, label: "neither `steps` nor `output`",
            help: "log it, or say what the result is then: `output: …`")
    }

    static func undoWithoutRetry(_ step: Step) -> Diagnostic {
        Diagnostic(
            .undoOnce, "the undo '\(step.id.value)' is tried only once", at: step.id.range, label: "no `retry`",
            help: "give it a `retry`: an undo that fails leaves the instance half undone")
    }

    static func dropsCompensation(_ step: Step, registered: SourceRange) -> Diagnostic {
        Diagnostic(
            .droppedUndo, "from here on nothing of this run can be undone any more", at: step.verbRange,
            label: "drops what is registered", notes: [Note(range: registered, message: "registered here")],
            help: "end what has to be undone in a workflow of its own: `invoke`")
    }

    static func sharedConcurrency(_ target: Located<String>, own: SourceRange, other: SourceRange) -> Diagnostic {
        Diagnostic(
            .sharedConcurrency, "'\(target.value)' waits for the end of this workflow, which waits for it", at: target.range,
            label: "same concurrency key",
            notes: [
                Note(range: own, message: "held while this workflow runs"), Note(range: other, message: "needed by the other"),
            ], help: "use another key, `overflow: reject` there, or `detach: true` here")
    }
}

extension CatchList.Clause {
    fileprivate var firstLine: SourceRange {
        let bytes = range.file.bytes
        var end = range.bytes.lowerBound
        while end < range.bytes.upperBound, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
        return SourceRange(file: range.file, bytes: range.bytes.lowerBound..<end)
    }
}

extension TimeSpan {
    /// As authors write it: `1d12h`.
    var shown: String {
        var milliseconds = microseconds / 1_000
        guard milliseconds > 0 else { return "0s" }
        var text = ""
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] as [(String, Int64)]
        {
            guard milliseconds >= length else { continue }
            text += "\(milliseconds / length)\(unit)"
            milliseconds %= length
        }
        return text
    }
}
