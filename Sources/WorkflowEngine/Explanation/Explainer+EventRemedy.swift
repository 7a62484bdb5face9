import CEL
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// The event that a step waits for, as a command that sends it.
extension Explainer {
    /// Nil: nobody can send it, because the conditions contradict each other or only a workflow is such a source.
    /// - Parameter isHeld: the instance takes nothing until it is released.
    func remedy(for wait: OpenWait, _ key: MemoKey, _ interpreter: Interpreter, isHeld: Bool, at now: Timestamp) -> Remedy? {
        let drafts = wait.events.map { EventDraft(named: $0, for: wait, key, interpreter, at: now) }
            .filter { !$0.isContradictory }
        guard let draft = drafts.min(by: { $0.differences.count < $1.differences.count }),
            draft.source?.hasSameCodePoints(as: Self.ownSource) != true
        else { return nil }
        return Remedy(command: draft.command, effect: draft.effect(isHeld: isHeld))
    }

    /// Of events that workflows emit.
    private static let ownSource = "wfrun"
}

/// An event made of what a wait asks for, and of examples for the rest.
private struct EventDraft {
    let name: String
    private(set) var source: String?
    private var id: String?
    private var data: Value
    private let wait: OpenWait
    /// Why the step would not take it as it is.
    private(set) var differences: [EventDifference] = []

    init(named name: String, for wait: OpenWait, _ key: MemoKey, _ interpreter: Interpreter, at now: Timestamp) {
        self.name = name
        self.wait = wait
        data = interpreter.graph.events[name]?.sample ?? [:]
        // Who sends it is otherwise known only when it is sent.
        if wait.conditions.contains(where: { $0.contains("event.source") }) { source = "operator" }
        for wish in wait.match + wait.equalities { set(wish) }
        differences = interpreter.differences(of: event(at: now), from: key)
        // A value for one condition may fail another, so only for those that need it.
        var hints = wait.hints
        while let index = hints.firstIndex(where: { fails($0.condition) }) {
            set(hints.remove(at: index).wish)
            differences = interpreter.differences(of: event(at: now), from: key)
        }
    }

    private mutating func set(_ wish: OpenWait.Wish) {
        switch wish.path.first {
        case "data": data = data.setting(wish.path.dropFirst(), to: wish.value)
        case "source": source = wish.value.stringValue
        case "id": id = wish.value.stringValue
        default: break
        }
    }

    private func event(at now: Timestamp) -> StoredEvent {
        StoredEvent(sequence: .none, id: id ?? "", name: name, source: source ?? "", time: now, data: JSON.normalised(data))
    }

    private func fails(_ condition: String) -> Bool {
        differences.contains { difference in
            if case .condition(let part) = difference { part.source.hasSameCodePoints(as: condition) } else { false }
        }
    }

    /// It has not the values that it must have.
    var isContradictory: Bool {
        differences.contains { difference in
            switch difference {
            case .condition(let part): !wait.conditions.contains { $0.hasSameCodePoints(as: part.source) }
            case .match: true
            case .type: false
            }
        }
    }

    // MARK: - In words

    var command: String {
        let options = [("--source", source), ("--id", id), ("--data", JSON.text(data))]
        return options.reduce("wfrun event send \(Self.quoted(name))") { text, option in
            option.1.map { "\(text) \(option.0) \(Self.quoted($0))" } ?? text
        }
    }

    func effect(isHeld: Bool) -> String {
        if differences.isEmpty {
            let effect = isHeld ? "is taken once the instance is resumed" : "lets it go on"
            guard let request = requestForValues else { return effect }
            let open = wait.conditions.filter { condition in
                !wait.hints.contains { $0.isOnly && $0.condition.hasSameCodePoints(as: condition) }
            }
            return "\(effect); \(request)" + (open.isEmpty ? "" : " such that \(open.joined(separator: " && "))")
        }
        let effect = isHeld ? "is taken once the instance is resumed, if" : "is taken if"
        return "\(effect) \(needs)" + (requestForValues.map { "; \($0)" } ?? "")
    }

    /// What must be true of an event that the step takes.
    private var needs: String {
        let conditions = wait.conditions.joined(separator: " && ")
        let misfit = differences.lazy.compactMap { if case .type(let violation) = $0 { violation } else { nil } }.first
        guard let misfit else { return conditions }
        return (conditions.isEmpty ? "" : "\(conditions), and ")
            + "its data fits the type of the event (this does not: \(misfit))"
    }

    private var requestForValues: String? {
        let asked = wait.match + wait.equalities + wait.hints.filter(\.isOnly).map(\.wish)
        let fields = Self.leaves(of: data, at: ["data"], besides: asked.map(\.path))
        // The whole of it is one value.
        if fields == [["data"]] { return data.mapValue == nil && !data.isNull ? "put in a real value" : nil }
        let names = fields.map { $0.dropFirst().joined(separator: ".") }
        return names.isEmpty ? nil : "put in real values for \(names.joined(separator: ", "))"
    }

    private static func leaves(of value: Value, at path: [String], besides others: [[String]]) -> [[String]] {
        if others.contains(path) { return [] }
        guard let map = value.mapValue, !map.isEmpty else { return [path] }
        return map.flatMap { entry in
            entry.key.value.stringValue.map { leaves(of: entry.value, at: path + [$0], besides: others) } ?? []
        }
    }

    /// One word of a shell.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "/"): true
            default: false
            }
        }
        return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
