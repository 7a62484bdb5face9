import CEL
import JSONSchema
import Values
import WorkflowGraph

/// What a mock stands for, and what its value has to be.
struct Mocked {
    /// An action written in the language or a child: nothing inside it runs.
    var isWhole = false
    /// One call in the place of the whole, for every occurrence of the step. Of a child that is waited for it is decided when it
    /// starts (`StandIn`).
    var isReplaced = false
    var type: StaticType
    /// Of the step's own `returns`, which decides what is looked at.
    var returns: ValueContract?
    /// Fields that need not be written.
    var neutral: ValueMap = [:]

    /// Nil for a step that does not call anything.
    init?(_ step: StepNodes, in graph: StepGraph) {
        let node = graph[step.verb]
        type = node.outputType
        returns = step.shaping?.returns
        switch node.kind {
        case .action(let call): neutral = StubActions.neutralFields(of: call.action)
        case .composite(let call):
            let file = graph[call.file]
            let own = StepNodes(file.root, in: graph).shaping?.returns
            (isWhole, isReplaced) = (true, true)
            type = own?.type ?? file.outputType
            returns = returns ?? own
        case .invoke(let invoke):
            (isWhole, isReplaced) = (true, invoke.isDetached)
            if invoke.isDetached {
                type = .record([("instanceId", .string)])
            } else {
                type = invoke.returns?.type ?? type
                returns = returns ?? invoke.returns
            }
        default: return nil
        }
    }

    // MARK: - A mock to show

    /// An answer that can be written as it is; nil when no value is known that fits.
    var sample: Value? {
        var value = (returns?.type ?? type).sample(named: "value")
        if let returns {
            guard let fitting = returns.fitting(value) else { return nil }
            value = fitting
        } else if case .map(var fields) = value {
            for (key, usual) in neutral where fields[key] != nil && !usual.isNull { fields[key] = usual }
            value = .map(fields)
        }
        guard case .map(let fields) = value else { return value }
        let names = fields.compactMap { if case .string(let name) = $0.key { name } else { nil } }
        return Self.isForm(names) ? ["value": value] : value
    }

    /// What an answer may be instead of a value, with at most `after` beside it.
    static let forms = ["value", "values", "fail"]

    /// Whether a mapping with these keys is read as one of the forms.
    static func isForm(_ keys: [String]) -> Bool {
        keys.filter(forms.contains).count == 1 && keys.allSatisfy { forms.contains($0) || $0 == "after" }
    }
}

extension ValueContract {
    /// What is tried where a schema asks for more than its static type says.
    private static let candidates: [Value] = [
        "https://value.test", "ada@example.com", "00000000-0000-8000-8000-000000000000", "2026-01-01T00:00:00Z", "2026-01-01",
        "10:00:00Z", "60s", "value", "value.test", "A1", "1", 0, 1, 10, 100, 1_000, 1_000_000, -1, 0.5, true, false, [], [:],
        .null,
    ]

    /// The value with another one wherever it does not fit; nil when none of some usual ones does.
    func fitting(_ value: Value) -> Value? {
        var value = value
        // Each round mends one place.
        for _ in 0..<100 {
            guard case .failure(let violation) = admit(value) else { return value }
            guard let place = violation.violations.first?.instancePointer else { return nil }
            let mended = Self.candidates.lazy.map { value.replacing(at: Self.steps(of: place), with: $0) }
                .first { !self.complains(of: $0, at: place) }
            guard let mended else { return nil }
            value = mended
        }
        return nil
    }

    private func complains(of value: Value, at place: String) -> Bool {
        guard case .failure(let violation) = admit(value) else { return false }
        return violation.violations.contains { $0.instancePointer.hasPrefix(place) }
    }

    /// RFC 6901 §4.
    private static func steps(of pointer: String) -> ArraySlice<String> {
        let steps = pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return steps.map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }[...]
    }
}

extension Value {
    fileprivate func replacing(at steps: ArraySlice<String>, with replacement: Value) -> Value {
        guard let step = steps.first else { return replacement }
        switch self {
        case .map(var fields):
            fields[step] = fields[step]?.replacing(at: steps.dropFirst(), with: replacement)
            return .map(fields)
        case .list(var items):
            guard let index = Int(step), items.indices.contains(index) else { return self }
            items[index] = items[index].replacing(at: steps.dropFirst(), with: replacement)
            return .list(items)
        default: return self
        }
    }
}
