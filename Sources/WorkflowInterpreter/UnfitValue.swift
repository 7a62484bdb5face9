import CEL
import JSONSchema
package import Values
package import WorkflowGraph
package import WorkflowJournal

/// A recorded value that a definition does not take. Says types and places, never values, which may be anybody's.
package struct UnfitValue: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Subject: Sendable, Equatable {
        case input
        /// Of the configuration snapshot.
        case setting(String)
        /// A setting that the snapshot does not have.
        case missingSetting(String)
        /// Of the step with this key.
        case result(MemoKey)
        /// Its data, as the wait with this key took it.
        case event(MemoKey)
    }

    package var subject: Subject
    /// JSON Pointer to the part that does not fit; empty for all of it.
    package var pointer: String
    /// The type declared for the whole value, as authors write it.
    package var expected: String
    /// The kind of the part that does not fit, and the rule of the schema that it breaks.
    package var actual: String

    package init(_ subject: Subject, _ value: Value, _ contract: ValueContract, _ violation: ContractViolation) {
        self.subject = subject
        expected = contract.type.description
        let first = violation.violations.first
        pointer = first?.instancePointer ?? ""
        let part = value.part(at: pointer)
        let kind = part?.kindName ?? "nothing"
        switch first?.keyword {
        case "type"?, nil: actual = kind
        case "required"?: actual = "an object without a required field"
        case "additionalProperties"?, "unevaluatedProperties"?, "false"?: actual = "a field that is not declared"
        case "enum"?, "const"?: actual = "another \(kind)"
        case let keyword?: actual = "\(kind) that breaks '\(keyword)'"
        }
    }

    private init(missing setting: String) {
        subject = .missingSetting(setting)
        pointer = ""
        expected = "a value of the setting '\(setting)'"
        actual = "none"
    }

    /// What a definition does not take of a configuration snapshot.
    package static func settings(_ snapshot: Value, on graph: StepGraph) -> [UnfitValue] {
        graph.config.compactMap { setting in
            guard let value = snapshot[setting.name] else { return UnfitValue(missing: setting.name) }
            guard case .failure(let violation) = setting.contract.admit(value) else { return nil }
            return UnfitValue(.setting(setting.name), value, setting.contract, violation)
        }
    }

    package var key: MemoKey? {
        switch subject {
        case .result(let key), .event(let key): key
        case .input, .setting, .missingSetting: nil
        }
    }

    package var description: String {
        let place = pointer.isEmpty ? "" : " at \(pointer)"
        let difference = "does not fit: \(expected) is expected, found\(place) \(actual)"
        return switch subject {
        case .input: "the input of the instance \(difference)"
        case .setting(let name): "the setting '\(name)' in the instance's snapshot \(difference)"
        case .missingSetting(let name): "the definition needs the setting '\(name)', which the instance's snapshot lacks"
        case .result(let key): "the recorded result of '\(key)' \(difference)"
        case .event(let key): "the event that '\(key)' took \(difference)"
        }
    }
}

extension Value {
    /// By JSON Pointer (RFC 6901).
    fileprivate func part(at pointer: String) -> Value? {
        var value = self
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = unescaped(token)
            switch value {
            case .map(let map):
                guard let member = map[name] else { return nil }
                value = member
            case .list(let items):
                guard let index = Int(name), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    private func unescaped(_ token: Substring) -> String {
        let parts = token.split(separator: "~", omittingEmptySubsequences: false)
        let rest = parts.dropFirst().map { ($0.first == "1" ? "/" : "~") + $0.dropFirst() }
        return String(parts[0]) + rest.joined()
    }
}
