package import Values
package import YAMLSyntax

extension YAMLNode {
    /// The value where no type decides.
    package func untypedValue() -> Result<Value, UntypedScalarProblem> {
        switch content {
        case .scalar(let scalar): return scalar.untypedValue()
        case .sequence(let items):
            var values: [Value] = []
            for item in items {
                switch item.untypedValue() {
                case .success(let value): values.append(value)
                case .failure(let problem): return .failure(problem)
                }
            }
            return .success(.list(values))
        case .mapping(let pairs):
            var entries: [(MapKey, Value)] = []
            for pair in pairs {
                switch pair.value.untypedValue() {
                case .success(let value): entries.append((.string(pair.key.text), value))
                case .failure(let problem): return .failure(problem)
                }
            }
            return .success(.map(ValueMap(entries)))
        }
    }

    /// The node without comments, key order and spelling, for digests: a plain scalar counts as what it means, where it
    /// means something else than its text.
    var canonicalValue: Value {
        switch content {
        case .scalar(let scalar):
            if case .success(let value) = scalar.untypedValue() { value } else { .string(scalar.text) }
        case .sequence(let items): .list(items.map(\.canonicalValue))
        case .mapping(let pairs): .map(ValueMap(pairs.map { (MapKey.string($0.key.text), $0.value.canonicalValue) }))
        }
    }
}

extension YAMLNode {
    var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

    /// The value of a key, when it is a mapping that has it.
    func pair(_ key: String) -> YAMLPair? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key.text.hasSameCodePoints(as: key) }
    }

    /// Every scalar in it with the key it stands under, in the order of the text.
    func forEachScalar(under key: String? = nil, _ visit: (YAMLScalar, String?) -> Void) {
        switch content {
        case .scalar(let scalar): visit(scalar, key)
        case .sequence(let items): for item in items { item.forEachScalar(under: key, visit) }
        case .mapping(let pairs): for pair in pairs { pair.value.forEachScalar(under: pair.key.text, visit) }
        }
    }

    /// Every word of its scalars and keys, and each of them as a whole: whatever may name a type or an event.
    func collectWords(into words: inout Set<String>) {
        switch content {
        case .scalar(let scalar):
            guard scalar.text.utf8.count < 4_096 else { return }
            words.insert(scalar.text)
            scalar.text.forEachWord { words.insert(String(decoding: $0, as: UTF8.self)) }
        case .sequence(let items): for item in items { item.collectWords(into: &words) }
        case .mapping(let pairs):
            for pair in pairs {
                words.insert(pair.key.text)
                pair.value.collectWords(into: &words)
            }
        }
    }

    /// Every word of its scalars that may name a type, of a text without mistakes: those with a capital first letter.
    func collectTypeNames(into names: inout Set<String>) {
        switch content {
        case .scalar(let scalar):
            guard scalar.text.utf8.count < 4_096 else { return }
            scalar.text.forEachWord { word in
                guard let first = word.first, (0x41...0x5A).contains(first) else { return }
                names.insert(String(decoding: word, as: UTF8.self))
            }
        case .sequence(let items): for item in items { item.collectTypeNames(into: &names) }
        case .mapping(let pairs): for pair in pairs { pair.value.collectTypeNames(into: &names) }
        }
    }
}

extension String {
    /// Its longest parts of letters, digits and `_`.
    fileprivate func forEachWord(_ visit: (Substring.UTF8View) -> Void) {
        var rest = utf8[...]
        while let start = rest.firstIndex(where: Self.isWord) {
            rest = rest[start...]
            let word = rest.prefix(while: Self.isWord)
            visit(word)
            rest = rest[word.endIndex...]
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
}
