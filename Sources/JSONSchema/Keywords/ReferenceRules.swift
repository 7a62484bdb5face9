import Values

/// `$ref` and `$dynamicRef` (Core §8.2.3).
struct ReferenceRules: Sendable {
    var reference: SchemaIndex?
    var dynamic: DynamicReference?

    struct DynamicReference: Sendable {
        /// Where the reference leads like a `$ref`.
        var initial: SchemaIndex
        /// Set when that is a `$dynamicAnchor`: then the outermost one of this name in the dynamic scope is meant.
        var anchor: ExactText?
    }

    func check(_ value: Value, in schema: Subschema, _ run: inout SchemaRun, _ evaluated: inout EvaluatedParts) -> Bool {
        var isValid = true
        if let reference { isValid = run.check(reference, value, &evaluated) }
        guard let dynamic, isValid || run.reports else { return isValid }
        let target = dynamic.anchor.flatMap { run.dynamicTarget(named: $0) } ?? dynamic.initial
        return run.check(target, value, &evaluated) && isValid
    }
}

extension SchemaCompiler {
    mutating func referenceRules(_ source: SchemaSource) -> ReferenceRules? {
        var rules = ReferenceRules()
        if let reference = text("$ref", of: source, vocabulary: []) {
            rules.reference = target(of: reference, keyword: "$ref", in: source)?.index
        }
        if let reference = text("$dynamicRef", of: source, vocabulary: []),
            let (index, anchor) = target(of: reference, keyword: "$dynamicRef", in: source)
        {
            if let anchor { addDynamicName(anchor) }
            rules.dynamic = .init(initial: index, anchor: anchor)
        }
        return rules.reference == nil && rules.dynamic == nil ? nil : rules
    }

    /// The keywords that name schemas and dialects (Core §8.1, §8.2); the catalog has read them already.
    mutating func checkIdentifiers(_ source: SchemaSource) {
        for keyword in ["$id", "$schema", "$comment"] { _ = text(keyword, of: source, vocabulary: []) }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard let name = text(keyword, of: source, vocabulary: []), !Self.isAnchorName(name) else { continue }
            reportInvalid(
                keyword, of: source, "must begin with a letter or '_' and go on with letters, digits, '-', '_' and '.'")
        }
        guard let vocabulary = source.map["$vocabulary"] else { return }
        if case .map(let map) = vocabulary, map.values.allSatisfy({ $0.boolValue != nil }) { return }
        reportInvalid("$vocabulary", of: source, "must be an object of booleans")
    }

    private static func isAnchorName(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
        return name.utf8.allSatisfy { byte in
            isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    /// Annotations say nothing about an instance, but have types of their own (Validation §8 and §9).
    mutating func checkAnnotations(_ source: SchemaSource) {
        for keyword in ["title", "description"] { _ = text(keyword, of: source, vocabulary: .metadata) }
        for keyword in ["deprecated", "readOnly", "writeOnly"] { _ = flag(keyword, of: source, vocabulary: .metadata) }
        for keyword in ["contentEncoding", "contentMediaType"] { _ = text(keyword, of: source, vocabulary: .content) }
        _ = child("contentSchema", of: source, vocabulary: .content)
        if let examples = value("examples", of: source, vocabulary: .metadata), examples.listValue == nil {
            reportInvalid("examples", of: source, "must be a list, found \(examples.jsonKind.word)")
        }
    }
}
