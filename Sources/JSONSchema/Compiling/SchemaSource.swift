import Values

/// A schema object as it stands in its document.
struct SchemaSource {
    var map: ValueMap
    var location: SchemaLocation
    var resource: Int
    var vocabularies: SchemaVocabularies
}

/// Reading keywords: each method answers nil for an absent keyword, and for a wrong one after reporting it.
extension SchemaCompiler {
    func pointer(to keyword: String, of source: SchemaSource) -> String {
        catalog.shownPointer(source.location.appending(keyword))
    }

    mutating func reportInvalid(_ keyword: String, of source: SchemaSource, _ message: String, help: String? = nil) {
        report(
            SchemaProblem(
                .invalid, at: pointer(to: keyword, of: source), keyword: keyword, message: "'\(keyword)' \(message)", help: help
            ))
    }

    /// The keyword's value if it is there and its vocabulary on.
    func value(_ keyword: String, of source: SchemaSource, vocabulary: SchemaVocabularies) -> Value? {
        source.vocabularies.isSuperset(of: vocabulary) ? source.map[keyword] : nil
    }

    mutating func count(_ keyword: String, of source: SchemaSource) -> Int? {
        guard let value = value(keyword, of: source, vocabulary: .validation) else { return nil }
        if let count = JSONNumber(value)?.count { return count }
        reportInvalid(keyword, of: source, "must be a non-negative integer, found \(value.excerpt)")
        return nil
    }

    mutating func number(_ keyword: String, of source: SchemaSource) -> JSONNumber? {
        guard let value = value(keyword, of: source, vocabulary: .validation) else { return nil }
        if let number = JSONNumber(value) { return number }
        reportInvalid(keyword, of: source, "must be a number, found \(value.jsonKind.word)")
        return nil
    }

    mutating func text(_ keyword: String, of source: SchemaSource, vocabulary: SchemaVocabularies) -> String? {
        guard let value = value(keyword, of: source, vocabulary: vocabulary) else { return nil }
        if case .string(let text) = value { return text }
        reportInvalid(keyword, of: source, "must be a string, found \(value.jsonKind.word)")
        return nil
    }

    mutating func flag(_ keyword: String, of source: SchemaSource, vocabulary: SchemaVocabularies) -> Bool? {
        guard let value = value(keyword, of: source, vocabulary: vocabulary) else { return nil }
        if case .bool(let flag) = value { return flag }
        reportInvalid(keyword, of: source, "must be a boolean, found \(value.jsonKind.word)")
        return nil
    }

    /// Distinct strings.
    mutating func names(_ keyword: String, of source: SchemaSource) -> [String] {
        guard let value = value(keyword, of: source, vocabulary: .validation) else { return [] }
        return names(in: value, keyword, of: source) ?? []
    }

    mutating func names(in value: Value, _ keyword: String, of source: SchemaSource) -> [String]? {
        guard case .list(let items) = value else {
            reportInvalid(keyword, of: source, "must be a list of field names, found \(value.jsonKind.word)")
            return nil
        }
        var names: [String] = []
        var seen: Set<ExactText> = []
        for item in items {
            guard case .string(let name) = item else {
                reportInvalid(keyword, of: source, "must hold strings, found \(item.jsonKind.word)")
                return nil
            }
            if seen.insert(ExactText(name)).inserted {
                names.append(name)
            } else {
                reportInvalid(keyword, of: source, "names '\(name)' twice")
            }
        }
        return names
    }

    mutating func child(
        _ keyword: String, of source: SchemaSource, vocabulary: SchemaVocabularies = .applicator
    ) -> SchemaIndex? {
        guard let value = value(keyword, of: source, vocabulary: vocabulary) else { return nil }
        guard isSchema(value) else {
            var help: String?
            if keyword == "items", case .list = value { help = "use 'prefixItems' for a schema per position" }
            reportInvalid(
                keyword, of: source, "must be a schema (an object or a boolean), found \(value.jsonKind.word)", help: help)
            return nil
        }
        return index(at: source.location.appending(keyword))
    }

    mutating func children(_ keyword: String, of source: SchemaSource) -> [SchemaIndex] {
        guard let value = value(keyword, of: source, vocabulary: .applicator) else { return [] }
        guard case .list(let items) = value, !items.isEmpty else {
            reportInvalid(keyword, of: source, "must be a non-empty list of schemas")
            return []
        }
        return items.indices.map { index(at: source.location.appending(keyword, String($0))) }
    }

    mutating func namedChildren(
        _ keyword: String, of source: SchemaSource, vocabulary: SchemaVocabularies = .applicator
    ) -> [(name: String, schema: SchemaIndex)] {
        guard let value = value(keyword, of: source, vocabulary: vocabulary) else { return [] }
        guard case .map(let map) = value else {
            reportInvalid(keyword, of: source, "must be an object of schemas, found \(value.jsonKind.word)")
            return []
        }
        return map.map { ($0.key.fieldName, index(at: source.location.appending(keyword, $0.key.fieldName))) }
    }

    func isSchema(_ value: Value) -> Bool {
        switch value {
        case .map, .bool: true
        default: false
        }
    }
}
