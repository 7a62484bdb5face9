package import Diagnostics
package import Values
package import YAMLSyntax

/// Takes nodes for what they should be and reports those that are something else. All parsers of this folder are built on it.
package struct NodeReading {
    package var diagnostics = DiagnosticCollector()

    package init() {}

    package mutating func report(_ diagnostic: Diagnostic) { diagnostics.report(diagnostic) }

    // MARK: Mappings

    /// A mapping with more unknown keys than this is something else altogether: the rest is counted, not listed.
    private static let reportedUnknownKeys = 200

    /// The pairs of a mapping whose keys are fixed. Unknown keys are reported here; one that is a known key misspelt is taken
    /// for it, so that what it holds is not missed as well.
    package mutating func fields(_ node: YAMLNode, of what: String, known: [String], shape: String) -> Fields? {
        guard case .mapping(let pairs) = node.content else {
            report(.wrongKind(what, expected: "a mapping", found: node, shape: shape))
            return nil
        }
        var kept: [YAMLPair] = []
        var hasUnknownKeys = false
        var unknown = 0
        var firstUnreported: YAMLScalar?
        lazy var names = KnownNames(known)
        lazy var keys = known.joined(separator: ", ")
        for pair in pairs {
            if known.contains(where: { $0.hasSameCodePoints(as: pair.key.text) }) {
                kept.append(pair)
            } else {
                unknown += 1
                if unknown > Self.reportedUnknownKeys {
                    hasUnknownKeys = true
                    if firstUnreported == nil { firstUnreported = pair.key }
                    continue
                }
                let guess = names.closest(to: pair.key.text)
                let habit = Keys.habits[what]?[pair.key.text]
                report(.unknownKey(pair.key, guess: guess, habit: habit, in: what, known: guess == nil ? keys : ""))
                guard let guess, !pairs.contains(where: { $0.key.text.hasSameCodePoints(as: guess) }) else {
                    hasUnknownKeys = true
                    continue
                }
                var meant = pair
                meant.key.text = guess
                kept.append(meant)
            }
        }
        if let firstUnreported {
            report(.moreUnknownKeys(unknown - Self.reportedUnknownKeys, in: what, from: firstUnreported))
        }
        return Fields(node: node, pairs: kept, hasUnknownKeys: hasUnknownKeys)
    }

    /// A mapping whose keys are the author's names.
    package mutating func entries(_ node: YAMLNode, of what: String, shape: String) -> [Entry] {
        guard case .mapping(let pairs) = node.content else {
            report(.wrongKind(what, expected: "a mapping", found: node, shape: shape))
            return []
        }
        return pairs.map(Entry.init)
    }

    package mutating func list(_ node: YAMLNode, of what: String, shape: String) -> [YAMLNode] {
        guard case .sequence(let items) = node.content else {
            report(.wrongKind(what, expected: "a list", found: node, shape: shape))
            return []
        }
        return items
    }

    // MARK: Scalars

    /// A literal string: no expressions, and no plain scalar that is a number, a boolean or null.
    package mutating func string(_ node: YAMLNode, as what: String, key: String? = nil) -> Located<String>? {
        guard case .scalar(let scalar) = node.content else {
            report(.wrongKind(what, expected: "a string", found: node, shape: key.map { "\($0): <text>" }))
            return nil
        }
        guard !isExpression(scalar, as: what) else { return nil }
        if case .success(let value) = scalar.untypedValue(), value.stringValue == nil {
            report(.wrongScalar(what, expected: "a string", found: scalar, isQuotable: !value.isNull))
            return nil
        }
        return Located(scalar.text, at: scalar.range)
    }

    package mutating func string(_ pair: YAMLPair?) -> Located<String>? {
        pair.flatMap { string($0.value, as: "`\($0.key.text)`", key: $0.key.text) }
    }

    mutating func integer(_ pair: YAMLPair?, in range: ClosedRange<Int>) -> Located<Int>? {
        guard let pair else { return nil }
        return integer(pair.value, of: pair.key.text, in: range)
    }

    mutating func integer(_ node: YAMLNode, of key: String, in range: ClosedRange<Int>) -> Located<Int>? {
        let what = "`\(key)`"
        guard let (scalar, value) = literal(node, of: key, expected: "an integer", example: "\(range.lowerBound + 2)") else {
            return nil
        }
        guard case .int(let number) = value else {
            var unquoted: String?
            if case .int? = scalar.plainValue { unquoted = scalar.text }
            report(.wrongScalar(what, expected: "an integer", found: scalar, unquoted: unquoted))
            return nil
        }
        guard let small = Int(exactly: number), range.contains(small) else {
            report(.outOfRange(what, found: scalar, range: "\(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return Located(small, at: scalar.range)
    }

    mutating func number(_ pair: YAMLPair?, in range: ClosedRange<Double>) -> Located<Double>? {
        guard let pair else { return nil }
        let what = "`\(pair.key.text)`"
        guard let (scalar, value) = literal(pair.value, of: pair.key.text, expected: "a number", example: "2") else {
            return nil
        }
        let number: Double
        switch value {
        case .int(let integer): number = Double(integer)
        case .double(let double): number = double
        default:
            var unquoted: String?
            switch scalar.plainValue {
            case .int, .double: unquoted = scalar.text
            default: break
            }
            report(.wrongScalar(what, expected: "a number", found: scalar, unquoted: unquoted))
            return nil
        }
        guard range.contains(number) else {
            report(
                .outOfRange(
                    what, found: scalar,
                    range: "\(JSON.text(.double(range.lowerBound))) to \(JSON.text(.double(range.upperBound)))"))
            return nil
        }
        return Located(number, at: scalar.range)
    }

    package mutating func boolean(_ pair: YAMLPair?) -> Located<Bool>? {
        guard let pair else { return nil }
        let what = "`\(pair.key.text)`"
        guard let (scalar, value) = literal(pair.value, of: pair.key.text, expected: "true or false", example: "true") else {
            return nil
        }
        guard case .bool(let flag) = value else {
            var unquoted: String?
            if case .bool? = scalar.plainValue { unquoted = scalar.text }
            report(.wrongScalar(what, expected: "true or false", found: scalar, unquoted: unquoted))
            return nil
        }
        return Located(flag, at: scalar.range)
    }

    package mutating func duration(_ pair: YAMLPair?) -> Located<TimeSpan>? {
        guard let pair else { return nil }
        return duration(pair.value, of: pair.key.text)
    }

    mutating func duration(_ node: YAMLNode, of key: String) -> Located<TimeSpan>? {
        let what = "`\(key)`"
        guard case .scalar(let scalar) = node.content else {
            report(.wrongKind(what, expected: "a duration", found: node, shape: "\(key): 7d"))
            return nil
        }
        guard !isExpression(scalar, as: what) else { return nil }
        guard let span = TimeSpan(durationLiteral: scalar.text) else {
            report(.badDuration(scalar))
            return nil
        }
        return Located(span, at: scalar.range)
    }

    /// A name from a fixed set.
    package mutating func choice(_ pair: YAMLPair?, among members: [String]) -> Located<String>? {
        guard let found = string(pair), let pair else { return nil }
        guard members.contains(where: { $0.hasSameCodePoints(as: found.value) }) else {
            report(.notInSet("`\(pair.key.text)`", found: found, members: members))
            return nil
        }
        return found
    }

    /// One name or a list of names.
    mutating func names(_ pair: YAMLPair?, shape: String) -> (names: [Located<String>], isList: Bool)? {
        guard let pair else { return nil }
        let what = "`\(pair.key.text)`"
        switch pair.value.content {
        case .scalar: return (string(pair.value, as: what, key: pair.key.text).map { [$0] } ?? [], false)
        case .sequence(let items):
            if items.isEmpty { report(.emptyList(what, at: pair.value.range)) }
            return (items.compactMap { string($0, as: "an item of \(what)") }, true)
        case .mapping:
            report(.wrongKind(what, expected: "a name or a list of names", found: pair.value, shape: shape))
            return nil
        }
    }

    /// The scalar's value, unless it is none, has an expression in it or means different things to different readers.
    private mutating func literal(
        _ node: YAMLNode, of key: String, expected: String, example: String
    ) -> (YAMLScalar, Value)? {
        let what = "`\(key)`"
        guard case .scalar(let scalar) = node.content else {
            report(.wrongKind(what, expected: expected, found: node, shape: "\(key): \(example)"))
            return nil
        }
        guard !isExpression(scalar, as: what) else { return nil }
        switch scalar.untypedValue() {
        case .success(let value): return (scalar, value)
        case .failure(let problem):
            report(problem.diagnostic)
            return nil
        }
    }

    private mutating func isExpression(_ scalar: YAMLScalar, as what: String) -> Bool {
        guard Template.hasExpression(scalar.text) else { return false }
        report(.literalOnly(what, at: scalar.range))
        return true
    }
}

extension YAMLScalar {
    /// What it would be without its quotes; nil where it has none.
    fileprivate var plainValue: Value? {
        guard style == .singleQuoted || style == .doubleQuoted else { return nil }
        var plain = self
        plain.style = .plain
        return try? plain.untypedValue().get()
    }
}

/// The known keys of one mapping.
package struct Fields {
    package let node: YAMLNode
    package let pairs: [YAMLPair]
    /// There were others, which have been reported.
    var hasUnknownKeys = false

    package subscript(key: String) -> YAMLPair? {
        // Only the pair that is found is copied.
        pairs.firstIndex { $0.key.text.hasSameCodePoints(as: key) }.map { pairs[$0] }
    }

    func entry(_ key: String) -> Entry? { self[key].map(Entry.init) }
}
