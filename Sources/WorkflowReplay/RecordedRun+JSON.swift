package import Values
import WorkflowJournal

/// The form of an exported history: docs/histories.md. A member that is added keeps the version; one that changes its meaning
/// does not, and older versions are read for ever.
extension RecordedRun {
    package static let format = "wfrun.history"
    package static let version = 1

    package struct Unreadable: Error, Sendable, CustomStringConvertible {
        /// JSON Pointer.
        package let place: String
        package let reason: String

        package var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
    }

    package var value: Value {
        [
            "format": .string(Self.format), "version": .int(Int64(Self.version)), "definition": definition.exported,
            "instance": instance.exported, "steps": .list(instance.steps.map(\.exported)),
        ]
    }

    package init(_ value: Value) throws(Unreadable) {
        let document = try Members(value, at: "")
        guard value["format"] == .string(Self.format) else {
            let isHistory = value["items"]?.listValue != nil
            throw Unreadable(
                place: "",
                reason: isHistory
                    ? "this is a history for reading; 'wfrun history ID --export' writes one that can be replayed"
                    : "this is no exported history")
        }
        let version = try document.int("version")
        guard version == Self.version else {
            throw Unreadable(
                place: "/version", reason: "is \(version); this version of wfrun reads \(Self.version)")
        }
        let definition = try DefinitionRecord(exported: try document.object("definition"))
        let facts = try document.object("instance")
        let steps = try document.list("steps")
        var rows: [StepRow] = []
        for (index, step) in steps.enumerated() { rows.append(try StepRow(exported: Members(step, at: "/steps/\(index)"))) }
        self.init(definition: definition, instance: try StoredInstance(exported: facts, of: definition, steps: rows))
    }
}

// MARK: - The definition

extension DefinitionRecord {
    fileprivate var exported: Value {
        [
            "workflow": .string(workflow), "digest": .string(digest.hex), "semantics": .int(Int64(semantics)),
            "sources": .list(sources.map { ["path": .string($0.path), "text": .string($0.text)] }),
        ]
    }

    fileprivate init(exported members: Members) throws(RecordedRun.Unreadable) {
        var sources: [Source] = []
        for (index, source) in try members.list("sources").enumerated() {
            let members = try Members(source, at: "\(members.place)/sources/\(index)")
            sources.append(Source(path: try members.string("path"), text: try members.string("text")))
        }
        self.init(
            digest: ContentDigest(hex: try members.string("digest")), workflow: try members.string("workflow"),
            semantics: try members.int("semantics"), sources: sources, matchSets: [])
    }
}

// MARK: - The instance

extension StoredInstance {
    fileprivate var exported: Value {
        [
            "id": .string(claim.id.text), "createdAt": .string(createdAt.description), "input": input, "config": config,
            "trigger": trigger, "status": .string(state.status.rawValue), "ending": text(state.ending?.rawValue),
            "hold": text(state.hold?.rawValue), "cleanup": state.isCleanupIncomplete ? "incomplete" : .null,
            "run": .int(Int64(state.run)), "continuations": .int(Int64(state.continuations)),
            "lastSequence": .int(Int64(state.lastSequence)), "output": state.output ?? .null,
            "failure": state.failure?.value ?? .null, "startedAt": text(state.startedAt?.description),
            "runStartedAt": text(state.runStartedAt?.description), "endedAt": text(state.endedAt?.description),
            "keptSequence": .int(Int64(keptSequence)),
            "occurrences": .map(ValueMap(occurrences.map { ($0.key, Value.int(Int64($0.value))) })),
        ]
    }

    fileprivate init(
        exported members: Members, of definition: DefinitionRecord, steps: [StepRow]
    ) throws(RecordedRun.Unreadable) {
        let status: InstanceStatus = try members.word("status")
        let state = Transition.InstanceState(
            status: status, ending: try members.optionalWord("ending"), hold: try members.optionalWord("hold"),
            isCleanupIncomplete: try members.optionalString("cleanup") != nil, run: try members.int("run"),
            continuations: try members.int("continuations"), lastSequence: try members.int("lastSequence"),
            output: status == .completed ? members["output"] : nil, failure: members.failure("failure"),
            startedAt: try members.optionalTime("startedAt"), runStartedAt: try members.optionalTime("runStartedAt"),
            endedAt: try members.optionalTime("endedAt"))
        var occurrences: [String: Int] = [:]
        for (key, count) in members["occurrences"].mapValue ?? [:] {
            if case .string(let place) = key, let count = count.intValue { occurrences[place] = Int(count) }
        }
        // A claim of no epoch: nothing can be written with it.
        let id = InstanceID(try members.string("id"))
        self.init(
            claim: Claim(instance: InstanceKey(0), id: id, version: 0, epoch: Epoch(0)), workflow: definition.workflow,
            digest: definition.digest, semantics: definition.semantics, input: members["input"], config: members["config"],
            trigger: members["trigger"], createdAt: try members.time("createdAt"), state: state, marks: 0, cancel: nil,
            keptSequence: try members.int("keptSequence"), occurrences: occurrences, steps: steps, timers: [], waits: [])
    }
}

// MARK: - Steps

extension StepRow {
    fileprivate var exported: Value {
        var map: ValueMap = [
            "key": .string(key.text), "verb": .string(verb.rawValue), "action": text(action),
            "status": .string(status.rawValue), "inputDigest": text(inputDigest?.hex),
            "scheduledSequence": .int(Int64(scheduledSequence)),
            "completedSequence": completedSequence.map { .int(Int64($0)) } ?? .null,
            "attempt": .int(Int64(attempt)), "interruptions": .int(Int64(interruptions)),
            "occurrence": .int(Int64(occurrence)),
            "scheduledAt": .string(scheduledAt.description), "startedAt": text(startedAt?.description),
            "completedAt": text(completedAt?.description), "dueAt": text(dueAt?.description),
        ]
        // Null is a result, too.
        if let output { map["output"] = output }
        if let failure { map["failure"] = failure.value }
        if let lastFailure { map["lastFailure"] = lastFailure.value }
        return .map(map)
    }

    fileprivate init(exported members: Members) throws(RecordedRun.Unreadable) {
        self.init(
            key: MemoKey(try members.string("key")), verb: try members.word("verb"),
            action: try members.optionalString("action"), status: try members.word("status"),
            inputDigest: try members.optionalString("inputDigest").map(ContentDigest.init(hex:)),
            scheduledSequence: try members.int("scheduledSequence"),
            completedSequence: try members.optionalInt("completedSequence"), attempt: try members.int("attempt"),
            interruptions: try members.int("interruptions"), dueAt: try members.optionalTime("dueAt"),
            lastFailure: members.failure("lastFailure"), output: members.optional("output"),
            failure: members.failure("failure"), occurrence: try members.int("occurrence"),
            scheduledAt: try members.time("scheduledAt"), startedAt: try members.optionalTime("startedAt"),
            completedAt: try members.optionalTime("completedAt"))
    }
}

private func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }

// MARK: - Reading

/// The members of an object, each asked for by the kind it must have.
private struct Members {
    private let map: ValueMap
    let place: String

    init(_ value: Value, at place: String) throws(RecordedRun.Unreadable) {
        guard case .map(let map) = value else {
            throw RecordedRun.Unreadable(place: place, reason: "an object is expected, found \(value.kindName)")
        }
        self.map = map
        self.place = place
    }

    /// Null when it is absent.
    subscript(_ name: String) -> Value { map[name] ?? .null }

    func optional(_ name: String) -> Value? { map[name] }

    func failure(_ name: String) -> Failure? { self[name].isNull ? nil : Failure(value: self[name]) }

    private func unexpected(_ name: String, _ expected: String) -> RecordedRun.Unreadable {
        RecordedRun.Unreadable(place: "\(place)/\(name)", reason: "\(expected) is expected, found \(self[name].kindName)")
    }

    func object(_ name: String) throws(RecordedRun.Unreadable) -> Members { try Members(self[name], at: "\(place)/\(name)") }

    func list(_ name: String) throws(RecordedRun.Unreadable) -> [Value] {
        guard let list = self[name].listValue else { throw unexpected(name, "a list") }
        return list
    }

    func string(_ name: String) throws(RecordedRun.Unreadable) -> String {
        guard let text = self[name].stringValue else { throw unexpected(name, "a string") }
        return text
    }

    func optionalString(_ name: String) throws(RecordedRun.Unreadable) -> String? {
        self[name].isNull ? nil : try string(name)
    }

    func int(_ name: String) throws(RecordedRun.Unreadable) -> Int {
        // A count or a position: what is larger is damaged, and must not overflow where it is counted on.
        guard let number = self[name].intValue, (0...Int64(Int32.max)).contains(number) else {
            throw unexpected(name, "a number from 0")
        }
        return Int(number)
    }

    func optionalInt(_ name: String) throws(RecordedRun.Unreadable) -> Int? { self[name].isNull ? nil : try int(name) }

    func time(_ name: String) throws(RecordedRun.Unreadable) -> Timestamp {
        guard let time = Timestamp(rfc3339: try string(name)) else { throw unexpected(name, "an RFC 3339 timestamp") }
        return time
    }

    func optionalTime(_ name: String) throws(RecordedRun.Unreadable) -> Timestamp? {
        self[name].isNull ? nil : try time(name)
    }

    func word<Word: RawRepresentable<String>>(_ name: String) throws(RecordedRun.Unreadable) -> Word {
        let text = try string(name)
        guard let word = Word(rawValue: text) else {
            throw RecordedRun.Unreadable(place: "\(place)/\(name)", reason: "'\(text)' is not known to this version of wfrun")
        }
        return word
    }

    func optionalWord<Word: RawRepresentable<String>>(_ name: String) throws(RecordedRun.Unreadable) -> Word? {
        self[name].isNull ? nil : try word(name)
    }
}
