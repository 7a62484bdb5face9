package import Diagnostics
package import YAMLSyntax

// What authors are told about the structure of a file (WF11xx).

extension Diagnostic {
    static func moreUnknownKeys(_ count: Int, in what: String, from key: YAMLScalar) -> Diagnostic {
        Diagnostic(
            .unknownKey, "\(count) more unknown keys in \(what)", at: key.range, label: "from here on",
            help: "is this the file that was meant?")
    }

    static func unknownKey(
        _ key: YAMLScalar, guess: String?, habit: String?, in what: String, known: String
    ) -> Diagnostic {
        Diagnostic(
            .unknownKey, "unknown key '\(key.text)' in \(what)", at: key.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "not a key of \(what)",
            help: guess == nil ? habit ?? "the keys of \(what) are \(known)" : nil,
            fix: guess.map { Fix(title: "write '\($0)'", range: key.range, replacement: $0) })
    }

    package static func missingKey(_ key: String, in what: String, at range: SourceRange, shape: String? = nil) -> Diagnostic {
        Diagnostic(
            .missingKey, "\(what) needs the key '\(key)'", at: range, label: "'\(key)' is missing",
            help: shape.map { "write it as `\($0)`" })
    }

    static func wrongKind(_ what: String, expected: String, found: YAMLNode, shape: String?) -> Diagnostic {
        Diagnostic(
            .wrongKind, "\(what) must be \(expected), not \(found.kindName)", at: found.firstLine,
            label: "expected \(expected)", help: shape.map { "write it as `\($0)`" })
    }

    static func literalOnly(_ what: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .wrongKind, "\(what) must be written out: no expression is allowed here", at: range, label: "expression",
            help: "it has to be known before anything runs")
    }

    /// - Parameters:
    ///   - isQuotable: quotes around it would make it what is needed.
    ///   - unquoted: what it is without its quotes, where that is what is needed.
    package static func wrongScalar(
        _ what: String, expected: String, found: YAMLScalar, isQuotable: Bool = false, unquoted: String? = nil
    ) -> Diagnostic {
        let quoted = YAMLScalar.quoted(found.text)
        let isText = found.style != .plain
        let shown = found.text.isEmpty && !isText ? "nothing" : isText ? "the text \(quoted)" : "`\(found.text)`"
        var fix: Fix?
        if isQuotable { fix = Fix(title: "quote it", range: found.range, replacement: quoted) }
        if let unquoted { fix = Fix(title: "remove the quotes", range: found.range, replacement: unquoted) }
        return Diagnostic(
            .wrongScalar, "\(what) must be \(expected), not \(shown)", at: found.range, label: "expected \(expected)",
            help: isQuotable ? "quote it: \(quoted)" : unquoted.map { "write it without quotes: \($0)" }, fix: fix)
    }

    static func notInSet(_ what: String, found: Located<String>, members: [String]) -> Diagnostic {
        let guess = closestMatch(to: found.value, among: members)
        return Diagnostic(
            .notInSet, "'\(found.value)' is no value for \(what)", at: found.range,
            label: guess.map { "did you mean '\($0)'?" } ?? "not one of the possible values",
            help: "possible are \(members.joined(separator: ", "))")
    }

    static func outOfRange(_ what: String, found: YAMLScalar, range: String) -> Diagnostic {
        Diagnostic(.outOfRange, "\(what) is \(found.text), but must be \(range)", at: found.range, label: "out of range")
    }

    static func noVerb(_ range: SourceRange, verbs: [String]) -> Diagnostic {
        Diagnostic(
            .verbCount, "this step does nothing: it has no verb", at: range, label: "no verb",
            help: "add one of \(verbs.joined(separator: ", "))")
    }

    static func twoVerbs(_ first: YAMLScalar, _ second: YAMLScalar) -> Diagnostic {
        Diagnostic(
            .verbCount, "a step has one verb, this one has '\(first.text)' and '\(second.text)'", at: second.range,
            label: "second verb", notes: [Note(range: first.range, message: "first verb")],
            help: "make two steps of it")
    }

    static func exclusive(_ message: String, at range: SourceRange, and other: SourceRange? = nil, help: String?) -> Diagnostic
    {
        Diagnostic(
            .exclusiveKeys, message, at: range, notes: other.map { [Note(range: $0, message: "because of this")] } ?? [],
            help: help)
    }

    static func catchupNeedsOverlap(_ catchup: Located<String>, overlap: Located<String>?) -> Diagnostic {
        exclusive(
            "'catchup: all' needs 'overlap: allow'", at: catchup.range, and: overlap?.range,
            help: "firings that are made up for start at the same time")
    }

    static func triggerWithoutSource(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .missingKey, "a trigger needs the key 'cron' or 'event'", at: range, label: "starts nothing",
            help: "write it as `{ cron: '0 6 * * *' }` or `{ event: order.paid }`")
    }

    static func duplicateID(_ id: Located<String>, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .duplicateID, "the id '\(id.value)' stands twice in this file", at: id.range, label: "again here",
            notes: [Note(range: first, message: "first here")], help: "ids are unique in a file, across nested lists too")
    }

    static func badID(_ id: Located<String>, what: String, form: String, suggestion: String?) -> Diagnostic {
        Diagnostic(
            .badID, "'\(id.value)' cannot be \(what)", at: id.range, label: "not allowed",
            help: suggestion.map { "\(form); for example '\($0)'" } ?? form,
            fix: suggestion.map { Fix(title: "write '\($0)'", range: id.range, replacement: $0) })
    }

    static func reservedID(_ id: Located<String>) -> Diagnostic {
        Diagnostic(
            .badID, "'\(id.value)' cannot be an id: the expression language reserves the word", at: id.range,
            label: "reserved", help: "choose another name, such as '\(id.value)_step'",
            fix: Fix(title: "write '\(id.value)_step'", range: id.range, replacement: "\(id.value)_step"))
    }

    package static func emptyList(_ what: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .emptyList, "\(what) is empty", at: range, label: "needs at least one item",
            help: "add an item, or leave the key out where it is optional")
    }

    static func neitherWorkflowNorAction(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .workflowOrAction, "a definition says what it is: it needs the key 'workflow' or 'action'", at: range,
            help: "begin the file with `workflow: <name>`")
    }

    static func bothWorkflowAndAction(_ workflow: YAMLScalar, _ action: YAMLScalar) -> Diagnostic {
        Diagnostic(
            .workflowOrAction, "a definition is either a workflow or an action", at: action.range, label: "and an action",
            notes: [Note(range: workflow.range, message: "a workflow")], help: "make two files of it")
    }

    static func nameDiffersFromPath(_ name: Located<String>, expected: String, path: String) -> Diagnostic {
        Diagnostic(
            .nameAndPath, "the name '\(name.value)' does not belong to the file \(path)", at: name.range,
            label: "expected '\(expected)'", help: "write '\(expected)' or move the file",
            fix: Fix(title: "write '\(expected)'", range: name.range, replacement: expected))
    }

    static func misplacedAction(_ name: Located<String>) -> Diagnostic {
        Diagnostic(
            .nameAndPath, "the action '\(name.value)' is not under 'actions/'", at: name.range, label: "an action",
            help: "move the file to actions/\(name.value.split(separator: ".").joined(separator: "/")).yaml")
    }

    static func misplacedWorkflow(_ name: Located<String>) -> Diagnostic {
        Diagnostic(
            .nameAndPath, "the workflow '\(name.value)' stands under 'actions/', where only actions are", at: name.range,
            label: "a workflow", help: "move the file out of actions/")
    }

    static func definedTwice(_ name: Located<String>, first: SourceRange) -> Diagnostic {
        Diagnostic(
            .nameAndPath, "'\(name.value)' is defined twice", at: name.range, label: "again here",
            notes: [Note(range: first, message: "first here")], help: "rename or remove one of the two")
    }

    static func unsupportedLanguage(_ version: Located<Int>) -> Diagnostic {
        Diagnostic(
            .unsupportedLanguage, "this wfrun does not know version \(version.value) of the language", at: version.range,
            label: "known: 1", help: "use a newer wfrun")
    }

    static func malformedName(_ name: Located<String>, what: String, form: String) -> Diagnostic {
        Diagnostic(.malformedName, "'\(name.value)' cannot be \(what)", at: name.range, label: "not allowed", help: form)
    }

    static func malformedHeaderValue(_ name: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .malformedName, "the header '\(name)' holds a line break or another control character", at: range,
            label: "not allowed", help: "a header is one line; in a block of text use '>-', which joins lines")
    }

    static func unsupported(_ key: String, at range: SourceRange, help: String?) -> Diagnostic {
        Diagnostic(
            .unsupported, "'\(key)' is not supported by this version of wfrun", at: range, label: "not supported yet",
            help: help)
    }
}

extension SourceRange {
    package var firstLine: SourceRange {
        var end = bytes.lowerBound
        while end < bytes.upperBound, end < file.bytes.count, file.bytes[end] != 0x0A, file.bytes[end] != 0x0D { end += 1 }
        return SourceRange(file: file, bytes: bytes.lowerBound..<end)
    }
}

extension YAMLNode {
    /// As in "not a list".
    var kindName: String {
        switch content {
        case .scalar(let scalar): scalar.text.isEmpty && scalar.style == .plain ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The node as far as its first line goes: enough to mark a collection that is something else than expected.
    package var firstLine: SourceRange { range.firstLine }
}
