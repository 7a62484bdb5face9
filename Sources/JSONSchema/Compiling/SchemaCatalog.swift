import Values

/// Where a subschema stands: a document and the tokens of a JSON Pointer into it.
struct SchemaLocation: Hashable, Sendable {
    var document: Int
    /// The pointer itself.
    var pointer: ExactText

    init(document: Int, pointer: String) {
        self.document = document
        self.pointer = ExactText(pointer)
    }

    func appending(_ tokens: String...) -> SchemaLocation {
        SchemaLocation(document: document, pointer: tokens.reduce(pointer.text) { $0 + "/" + JSONPointer.escaped($1) })
    }
}

/// All schema documents within reach, with their identifiers: which URI, which anchor is where.
///
/// Identifiers count only where a schema can stand: a `$id` inside an `enum` is data. Documents are walked along the
/// keywords that hold schemas; what only a reference makes a schema is walked when the reference is followed.
struct SchemaCatalog {
    struct Document {
        var root: Value
        /// Before the pointers of this document in messages: nothing for the schema itself, `URI#` for other resources.
        var pointerPrefix: String
    }

    /// A schema with its own URI, and the anchors in it.
    struct Resource {
        var base: URIReference
        var location: SchemaLocation
        var vocabularies: SchemaVocabularies
        var anchors: [ExactText: SchemaLocation] = [:]
        var dynamicAnchors: [ExactText: SchemaLocation] = [:]
    }

    private(set) var documents: [Document] = []
    private(set) var resources: [Resource] = []
    private(set) var problems: [SchemaProblem] = []
    private var resourceByURI: [ExactText: Int] = [:]
    /// The resource of every place where a schema was found.
    private var resourceByLocation: [SchemaLocation: Int] = [:]
    private let limits: SchemaLimits

    init(limits: SchemaLimits) { self.limits = limits }

    /// Adds a document and walks it. The first document is the schema itself.
    mutating func add(_ root: Value, uri: String, isMain: Bool) {
        let document = documents.count
        documents.append(Document(root: root, pointerPrefix: isMain ? "" : uri + "#"))
        let location = SchemaLocation(document: document, pointer: "")
        let base = URIReference(uri).withoutFragment
        let resource = resources.count
        resources.append(Resource(base: base, location: location, vocabularies: .standard))
        register(base, as: resource, at: location)
        walk(root, at: location, in: resource)
    }

    func shownPointer(_ location: SchemaLocation) -> String {
        documents[location.document].pointerPrefix + location.pointer.text
    }

    func resource(at location: SchemaLocation) -> Int? { resourceByLocation[location] }

    /// The resource with a URI; meta-schemas join the catalog when they are first asked for.
    mutating func resource(named uri: String) -> Int? {
        if let known = resourceByURI[ExactText(uri)] { return known }
        guard let metaschema = Metaschemas.all[uri] else { return nil }
        add(metaschema, uri: uri, isMain: false)
        return resourceByURI[ExactText(uri)]
    }

    private mutating func register(_ base: URIReference, as resource: Int, at location: SchemaLocation) {
        let uri = ExactText(base.text)
        // The schema itself may stand among the resources given with it: the later document counts.
        if let other = resourceByURI[uri].map({ resources[$0].location }), other != location,
            other.document == location.document
        {
            problems.append(
                SchemaProblem(
                    .invalid, at: shownPointer(location), keyword: "$id", message: "two schemas have the URI '\(uri.text)'"))
            return
        }
        resourceByURI[uri] = resource
    }
}

// MARK: - Walking

extension SchemaCatalog {
    private mutating func walk(_ root: Value, at location: SchemaLocation, in resource: Int) {
        var pending = [(root, location, resource)]
        while let (value, location, outer) = pending.popLast() {
            guard resourceByLocation[location] == nil, resourceByLocation.count <= limits.subschemas else { continue }
            var resource = outer
            if case .map(let schema) = value {
                resource = identified(schema, at: location, in: outer)
                addAnchors(of: schema, at: location, in: resource)
                for (child, childLocation) in Self.subschemas(of: schema, at: location) {
                    pending.append((child, childLocation, resource))
                }
            }
            resourceByLocation[location] = resource
        }
    }

    /// The resource of a schema: a new one if it has an `$id`.
    private mutating func identified(_ schema: ValueMap, at location: SchemaLocation, in outer: Int) -> Int {
        var resource = outer
        if case .string(let id)? = schema["$id"] {
            let reference = URIReference(id)
            if let fragment = reference.fragment, !fragment.isEmpty {
                report(.invalid, "$id", "an '$id' has no fragment; use '$anchor' to name a place", at: location)
            }
            let base = reference.resolved(against: resources[outer].base).withoutFragment
            if resources[outer].location == location {
                resources[outer].base = base
            } else {
                resource = resources.count
                resources.append(
                    Resource(base: base, location: location, vocabularies: resources[outer].vocabularies))
            }
            register(base, as: resource, at: location)
        }
        if resources[resource].location == location, case .string(let dialect)? = schema["$schema"] {
            resources[resource].vocabularies = vocabularies(of: dialect, at: location)
        }
        return resource
    }

    private mutating func addAnchors(of schema: ValueMap, at location: SchemaLocation, in resource: Int) {
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard case .string(let name)? = schema[keyword] else { continue }
            let anchor = ExactText(name)
            if let other = resources[resource].anchors[anchor], other != location {
                report(.invalid, keyword, "two schemas have the anchor '\(name)'", at: location)
            }
            resources[resource].anchors[anchor] = location
            if keyword == "$dynamicAnchor" { resources[resource].dynamicAnchors[anchor] = location }
        }
    }

    private mutating func vocabularies(of dialect: String, at location: SchemaLocation) -> SchemaVocabularies {
        let uri = URIReference(dialect).withoutFragment.text
        if uri == Metaschemas.dialect { return .standard }
        if uri.utf8.starts(with: "http://json-schema.org/draft-".utf8)
            || uri.utf8.starts(with: "https://json-schema.org/draft/".utf8),
            Metaschemas.all[uri] == nil
        {
            problems.append(
                SchemaProblem(
                    .olderDraft, isError: false, at: shownPointer(location) + "/$schema", keyword: "$schema",
                    message: "'\(dialect)' is another draft; the schema is read as draft 2020-12",
                    help: "write '\(Metaschemas.dialect)'"))
            return .standard
        }
        guard let metaschema = resource(named: uri), let root = value(at: resources[metaschema].location) else {
            report(.unresolvableReference, "$schema", "the meta-schema '\(dialect)' is not known here", at: location)
            return .standard
        }
        guard case .map(let declared)? = root["$vocabulary"] else { return .standard }
        var enabled: SchemaVocabularies = []
        for (key, isRequired) in declared {
            if let vocabulary = SchemaVocabularies.byURI[key.fieldName] {
                enabled.insert(vocabulary)
            } else if isRequired == .bool(true) {
                report(
                    .unknownVocabulary, "$schema", "the vocabulary '\(key.fieldName)' is required and not known", at: location)
            }
        }
        return enabled
    }

    private mutating func report(_ kind: SchemaProblem.Kind, _ keyword: String, _ message: String, at location: SchemaLocation)
    {
        problems.append(SchemaProblem(kind, at: shownPointer(location.appending(keyword)), keyword: keyword, message: message))
    }

    /// The schemas directly under a schema's keywords.
    static func subschemas(of schema: ValueMap, at location: SchemaLocation) -> [(Value, SchemaLocation)] {
        var found: [(Value, SchemaLocation)] = []
        for (key, value) in schema {
            let keyword = key.fieldName
            switch (KeywordContent.byKeyword[keyword] ?? .plain, value) {
            case (.subschema, .map), (.subschema, .bool): found.append((value, location.appending(keyword)))
            case (.subschemaList, .list(let items)):
                for (index, item) in items.enumerated() { found.append((item, location.appending(keyword, String(index)))) }
            case (.subschemaMap, .map(let map)), (.dependencyMap, .map(let map)):
                for (name, child) in map {
                    if case .list = child { continue }
                    found.append((child, location.appending(keyword, name.fieldName)))
                }
            default: break
            }
        }
        return found
    }
}

// MARK: - Resolving

extension SchemaCatalog {
    func value(at location: SchemaLocation) -> Value? {
        guard let tokens = JSONPointer.tokens(location.pointer.text) else { return nil }
        var value = documents[location.document].root
        for token in tokens {
            switch value {
            case .map(let map):
                guard let child = map[token] else { return nil }
                value = child
            case .list(let items):
                guard let index = JSONPointer.index(token), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    /// Where a reference leads, and the anchor it named if that is a dynamic one. The failure says what is missing.
    mutating func resolve(
        _ reference: String, from resource: Int
    ) -> Result<(location: SchemaLocation, dynamicAnchor: String?), ReferenceFailure> {
        let target = URIReference(reference).resolved(against: resources[resource].base)
        let uri = target.withoutFragment.text
        guard let found = self.resource(named: uri) else { return .failure(.init(message: "no schema has the URI '\(uri)'")) }
        guard let fragment = URIReference.percentDecoded(target.fragment ?? "") else {
            return .failure(.init(message: "the fragment of '\(reference)' is not percent-encoded UTF-8"))
        }
        if fragment.isEmpty { return .success((resources[found].location, nil)) }
        guard fragment.utf8.first == UInt8(ascii: "/") else {
            let anchor = ExactText(fragment)
            guard let location = resources[found].anchors[anchor] else {
                return .failure(.init(message: "no schema has the anchor '\(fragment)'", anchor: fragment, resource: found))
            }
            return .success((location, resources[found].dynamicAnchors[anchor] == location ? fragment : nil))
        }
        let root = resources[found].location
        let location = SchemaLocation(document: root.document, pointer: root.pointer.text + fragment)
        guard let value = value(at: location) else { return .failure(.init(message: "nothing stands at '\(fragment)'")) }
        adopt(value, at: location)
        return .success((location, nil))
    }

    struct ReferenceFailure: Error {
        var message: String
        var anchor: String?
        var resource: Int?
    }

    /// Walks a place that only a reference makes a schema; it belongs to the resource of the nearest schema around it.
    private mutating func adopt(_ value: Value, at location: SchemaLocation) {
        guard resourceByLocation[location] == nil else { return }
        var pointer = Substring(location.pointer.text)
        while let slash = pointer.unicodeScalars.lastIndex(of: "/") {
            pointer = pointer[..<slash]
            let around = SchemaLocation(document: location.document, pointer: String(pointer))
            if let resource = resourceByLocation[around] { return walk(value, at: location, in: resource) }
        }
    }
}
