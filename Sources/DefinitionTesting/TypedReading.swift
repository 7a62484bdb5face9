import CEL
import Diagnostics
import Values
import WorkflowDefinitions
import WorkflowGraph
import YAMLSyntax

/// Reads values written in a test under the types they will have to fit, and reports what does not at its exact place.
struct TypedReading {
    var reading: NodeReading

    /// What an absent or unknown field is.
    enum Strictness {
        /// Whoever validates it next says what is missing.
        case lenient
        /// What an action returns: all fields that are read must be there, further ones are not looked at.
        case result
        /// Nothing is missing and nothing is unknown.
        case exact
    }

    /// The value as JSON under a contract; nil when something about it was reported.
    mutating func value(_ node: YAMLNode, under contract: ValueContract, as what: String) -> Value? {
        guard let value = value(node, as: contract.type, what, .lenient) else { return nil }
        guard case .failure(let violation) = contract.admit(value) else { return value }
        for problem in violation.value.listValue ?? [] {
            let pointer = problem["pointer"]?.stringValue ?? ""
            let place = node.node(at: pointer)
            let subject = pointer.isEmpty ? what : "'\(pointer.split(separator: "/").joined(separator: "."))' of \(what)"
            reading.report(
                Diagnostic(
                    .unfitValue, .error, "\(subject) does not fit: \(problem["detail"]?.stringValue ?? "")",
                    at: place.firstLine))
        }
        return nil
    }

    /// The value as JSON under a type; nil when something about it was reported.
    mutating func value(_ node: YAMLNode, as type: StaticType, _ what: String, _ strictness: Strictness) -> Value? {
        switch (type, node.content) {
        case (.nullable(let wrapped), .scalar(let scalar)):
            if scalar.isNull { return .null }
            return value(node, as: wrapped, what, strictness)
        case (.nullable(let wrapped), _): return value(node, as: wrapped, what, strictness)
        case (_, .scalar(let scalar)): return self.scalar(scalar, as: type, what)
        case (.list(let item), .sequence(let nodes)):
            var values: [Value?] = []
            for (index, node) in nodes.enumerated() {
                values.append(value(node, as: item == .never ? .any : item, "item \(index) of \(what)", strictness))
            }
            return all(values).map(Value.list)
        case (.map(_, let content), .mapping(let pairs)):
            return map(pairs, what, strictness) { _ in content == .never ? .any : content }
        case (.record(let record), .mapping(let pairs)):
            if record.isOpen, record.fields.isEmpty { return map(pairs, what, strictness) { _ in .any } }
            return self.record(node, pairs, as: record, what, strictness)
        case (.any, _), (.error, _), (.never, _), (.optional, _), (.type, _): return untyped(node)
        default:
            reading.report(.unfit(what, expected: type, found: node))
            return nil
        }
    }

    private mutating func untyped(_ node: YAMLNode) -> Value? {
        switch node.untypedValue() {
        case .success(let value): return value
        case .failure(let problem):
            reading.report(problem.diagnostic)
            return nil
        }
    }

    private func all(_ values: [Value?]) -> [Value]? {
        let present = values.compactMap { $0 }
        return present.count == values.count ? present : nil
    }

    private mutating func map(
        _ pairs: [YAMLPair], _ what: String, _ strictness: Strictness, _ type: (String) -> StaticType?
    ) -> Value? {
        var entries: [(String, Value)] = []
        var isWhole = true
        for pair in pairs {
            guard let type = type(pair.key.text) else { continue }
            if let value = value(pair.value, as: type, "'\(pair.key.text)' of \(what)", strictness) {
                entries.append((pair.key.text, value))
            } else {
                isWhole = false
            }
        }
        return isWhole ? .map(ValueMap(entries)) : nil
    }

    private mutating func record(
        _ node: YAMLNode, _ pairs: [YAMLPair], as record: RecordType, _ what: String, _ strictness: Strictness
    ) -> Value? {
        let names = record.fields.map(\.name)
        let given = pairs.map(\.key.text)
        var absent = record.fields.filter { field in !given.contains { $0.hasSameCodePoints(as: field.name) } }
        var isWhole = true
        for pair in pairs where record.field(pair.key.text) == nil && strictness != .lenient && !record.isOpen {
            // What an action returns may have more fields than are read; a misspelt one is no such field.
            let guess = closestMatch(to: pair.key.text, among: absent.map(\.name))
            if strictness == .result, guess == nil { continue }
            reading.report(.unknownField(pair.key, of: what, guess: guess, known: names))
            absent.removeAll { $0.name == guess }
            isWhole = false
        }
        for field in absent where strictness != .lenient && !field.isOptional && !field.type.mayBeNull {
            reading.report(.missingField(field, of: what, at: node.firstLine))
            isWhole = false
        }
        let value = map(pairs, what, strictness) { name in
            guard let field = record.field(name) else { return .any }
            return field.isOptional ? field.type.orNull : field.type
        }
        return isWhole ? value : nil
    }

    // MARK: Scalars

    private mutating func scalar(_ scalar: YAMLScalar, as type: StaticType, _ what: String) -> Value? {
        let node = YAMLNode(content: .scalar(scalar), range: scalar.range)
        switch type {
        case .string, .secret: return text(scalar, what)
        case .enumeration(let members):
            if members.contains(where: { $0.hasSameCodePoints(as: scalar.text) }) { return .string(scalar.text) }
            reading.report(.notMember(what, found: scalar, members: members))
            return nil
        case .timestamp where Timestamp(rfc3339: scalar.text) != nil,
            .duration where (TimeSpan(durationLiteral: scalar.text) ?? TimeSpan(celDuration: scalar.text)) != nil:
            return .string(scalar.text)
        case .any, .error, .never, .optional, .type: return untyped(node)
        case .bool, .int, .uint, .double, .null:
            if scalar.style == .plain, case .success(let value) = scalar.untypedValue(), value.fits(type) { return value }
        default: break
        }
        reading.report(.unfit(what, expected: type, found: node))
        return nil
    }

    private mutating func text(_ scalar: YAMLScalar, _ what: String) -> Value? {
        guard scalar.style == .plain else { return .string(scalar.text) }
        switch scalar.untypedValue() {
        case .success(.string): return .string(scalar.text)
        case .success(let value):
            reading.report(.wrongScalar(what, expected: "a string", found: scalar, isQuotable: !value.isNull))
        // Where the type says text, what the YAML versions make of a word does not matter.
        case .failure where scalar.text.utf8.allSatisfy { (0x41...0x5A).contains($0 & 0xDF) }: return .string(scalar.text)
        case .failure: reading.report(.wrongScalar(what, expected: "a string", found: scalar, isQuotable: true))
        }
        return nil
    }
}

extension YAMLScalar {
    var isNull: Bool {
        if style == .plain, case .success(.null) = untypedValue() { true } else { false }
    }
}

extension Value {
    fileprivate func fits(_ type: StaticType) -> Bool {
        switch (self, type) {
        case (.null, .null), (.bool, .bool), (.int, .int), (.int, .uint), (.int, .double), (.double, .double): true
        default: false
        }
    }
}

extension YAMLNode {
    /// The part a JSON Pointer leads to, or the deepest one on the way.
    func node(at pointer: String) -> YAMLNode {
        var node = self
        for part in pointer.split(separator: "/") {
            switch node.content {
            case .mapping(let pairs):
                guard let pair = pairs.first(where: { $0.key.text == part }) else { return node }
                node = pair.value
            case .sequence(let items):
                guard let index = Int(part), items.indices.contains(index) else { return node }
                node = items[index]
            case .scalar: return node
            }
        }
        return node
    }
}
