import Diagnostics
import Values

/// Turns schema documents into a program.
///
/// Works through a list of places instead of descending, so neither deep nor circular schemas cost stack. Every keyword is
/// checked against what the meta-schema asks of it, with a message of its own; the families read their keywords in
/// `Keywords/*`.
struct SchemaCompiler {
    let options: CompiledSchema.Options
    var catalog: SchemaCatalog
    private var program = SchemaProgram()
    private var ownProblems: [SchemaProblem] = []
    private var indices: [SchemaLocation: SchemaIndex] = [:]
    private var pending: [(location: SchemaLocation, index: SchemaIndex)] = []
    /// Names that a `$dynamicRef` may look for.
    private var dynamicNames: [ExactText] = []
    /// Resources of which any subschema was compiled.
    private var reachedResources: Set<Int> = []
    private var patterns = 0

    init(options: CompiledSchema.Options) {
        self.options = options
        catalog = SchemaCatalog(limits: options.limits)
    }

    var problems: [SchemaProblem] {
        var seen: Set<SchemaProblem> = []
        return (catalog.problems + ownProblems).filter { seen.insert($0).inserted }
    }

    mutating func compile(_ document: Value) -> SchemaProgram? {
        guard Self.depth(of: document, isAtMost: options.limits.schemaDepth) else {
            ownProblems.append(
                SchemaProblem(
                    .tooComplex, at: "", message: "the schema is nested deeper than \(options.limits.schemaDepth) levels"))
            return nil
        }
        for (uri, resource) in options.resources.sorted(by: { $0.key.precedesByCodePoint($1.key) }) where !uri.isEmpty {
            guard Self.depth(of: resource, isAtMost: options.limits.schemaDepth) else { continue }
            catalog.add(resource, uri: uri, isMain: false)
        }
        let main = catalog.documents.count
        catalog.add(document, uri: "", isMain: true)
        program.root = index(at: SchemaLocation(document: main, pointer: ""))
        drain()
        reportEndlessReferences()
        collectDynamicAnchors()
        return problems.contains(where: \.isError) ? nil : program
    }

    private static func depth(of value: Value, isAtMost limit: Int) -> Bool {
        if limit == 0 { return false }
        switch value {
        case .list(let items): return items.allSatisfy { depth(of: $0, isAtMost: limit - 1) }
        case .map(let map): return map.values.allSatisfy { depth(of: $0, isAtMost: limit - 1) }
        default: return true
        }
    }

    mutating func report(_ problem: SchemaProblem) { ownProblems.append(problem) }

    /// Whether one more regular expression is within the limit; reports the first that is not.
    mutating func countPattern() -> Bool {
        patterns += 1
        if patterns == options.limits.patterns + 1 {
            report(SchemaProblem(.tooComplex, at: "", message: "the schema has more than \(options.limits.patterns) patterns"))
        }
        return patterns <= options.limits.patterns
    }
}

// MARK: - The list of places

extension SchemaCompiler {
    /// The index of the schema at a place, which is compiled soon.
    mutating func index(at location: SchemaLocation) -> SchemaIndex {
        if let known = indices[location] { return known }
        let index = program.schemas.count
        indices[location] = index
        let resource = catalog.resource(at: location) ?? 0
        program.schemas.append(Subschema(pointer: catalog.shownPointer(location), resource: resource))
        if index < options.limits.subschemas { pending.append((location, index)) }
        if index == options.limits.subschemas {
            report(SchemaProblem(.tooComplex, at: "", message: "the schema has more than \(index) subschemas"))
        }
        return index
    }

    private mutating func drain() {
        while true {
            if let (location, index) = pending.popLast() {
                compileSchema(at: location, as: index)
            } else if !addDynamicTargets() {
                return
            }
        }
    }

    private mutating func compileSchema(at location: SchemaLocation, as index: SchemaIndex) {
        let subschema = program.schemas[index]
        reachedResources.insert(subschema.resource)
        switch catalog.value(at: location) {
        case .bool(let accepts)?: program.schemas[index].acceptsNothing = !accepts
        case .map(let map)?:
            let source = SchemaSource(
                map: map, location: location, resource: subschema.resource,
                vocabularies: catalog.resources[subschema.resource].vocabularies)
            program.schemas[index].rules = rules(of: source)
        case let other:
            report(
                SchemaProblem(
                    .invalid, at: catalog.shownPointer(location),
                    message: "a schema is an object or a boolean, found \((other ?? .null).jsonKind.word)"))
        }
    }

    private mutating func rules(of source: SchemaSource) -> [SchemaRule] {
        checkIdentifiers(source)
        checkAnnotations(source)
        reportUnknownKeywords(source)
        for keyword in ["$defs", "definitions"] { _ = namedChildren(keyword, of: source, vocabulary: []) }
        let rules: [SchemaRule?] = [
            valueRules(source).map { .value(Shared($0)) }, numberRules(source).map { .number(Shared($0)) },
            stringRules(source).map { .string(Shared($0)) }, arrayRules(source).map { .array(Shared($0)) },
            objectRules(source).map { .object(Shared($0)) }, referenceRules(source).map { .reference(Shared($0)) },
            combinationRules(source).map { .combination(Shared($0)) },
            unevaluatedRules(source).map { .unevaluated(Shared($0)) },
        ]
        return rules.compactMap(\.self)
    }

    private mutating func reportUnknownKeywords(_ source: SchemaSource) {
        for key in source.map.keys {
            let keyword = key.fieldName
            if let successor = KeywordContent.successors[keyword] {
                report(
                    SchemaProblem(
                        .olderDraft, isError: false, at: pointer(to: keyword, of: source), keyword: keyword,
                        message: "'\(keyword)' is a keyword of an earlier draft", help: successor))
            } else if KeywordContent.byKeyword[keyword] == nil, !keyword.utf8.starts(with: "x-".utf8) {
                let near = closestMatch(to: keyword, among: KeywordContent.byKeyword.keys)
                report(
                    SchemaProblem(
                        .unknownKeyword, isError: false, at: pointer(to: keyword, of: source), keyword: keyword,
                        message: "unknown keyword '\(keyword)'", help: near.map { "did you mean '\($0)'?" }, suggestion: near))
            }
        }
    }
}

// MARK: - References

extension SchemaCompiler {
    /// Where a reference leads; reports it if it leads nowhere.
    mutating func target(
        of reference: String, keyword: String, in source: SchemaSource
    ) -> (index: SchemaIndex, dynamicAnchor: ExactText?)? {
        switch catalog.resolve(reference, from: source.resource) {
        case .success(let target):
            return (index(at: target.location), target.dynamicAnchor.map { ExactText($0) })
        case .failure(let failure):
            let anchors = failure.resource.map { catalog.resources[$0].anchors.keys.map(\.text) } ?? []
            let near = failure.anchor.flatMap { closestMatch(to: $0, among: anchors) }
            let isRemote = URIReference(reference).scheme != nil
            report(
                SchemaProblem(
                    .unresolvableReference, at: pointer(to: keyword, of: source), keyword: keyword,
                    message: "'\(reference)' leads nowhere: \(failure.message)",
                    help: near.map { "did you mean '#\($0)'?" }
                        ?? (isRemote ? "schemas are never fetched; give the resource along with the schema" : nil)))
            return nil
        }
    }

    mutating func addDynamicName(_ name: ExactText) {
        if !dynamicNames.contains(name) { dynamicNames.append(name) }
    }

    /// Compiles what a `$dynamicRef` could find in the resources reached so far; false if there was nothing new.
    private mutating func addDynamicTargets() -> Bool {
        let before = program.schemas.count
        for resource in reachedResources.sorted() {
            for name in dynamicNames {
                if let location = catalog.resources[resource].dynamicAnchors[name] { _ = index(at: location) }
            }
        }
        return program.schemas.count > before
    }

    private mutating func collectDynamicAnchors() {
        program.dynamicAnchors = catalog.resources.map { resource in
            resource.dynamicAnchors.compactMapValues { indices[$0] }
        }
    }

    /// Schemas that are applied to the value they came from again and again: no instance could ever be valid.
    private mutating func reportEndlessReferences() {
        enum Mark { case open, done }
        var marks: [SchemaIndex: Mark] = [:]
        for start in program.schemas.indices where marks[start] == nil {
            var stack: [(index: SchemaIndex, targets: [SchemaIndex])] = [(start, program.inPlaceTargets(of: start))]
            marks[start] = .open
            while let top = stack.last {
                guard let next = top.targets.last else {
                    marks[top.index] = .done
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].targets.removeLast()
                if marks[next] == .open {
                    report(
                        SchemaProblem(
                            .endlessReference, at: program.schemas[next].pointer,
                            message: "this schema leads back to itself without going into the value"))
                } else if marks[next] == nil {
                    marks[next] = .open
                    stack.append((next, program.inPlaceTargets(of: next)))
                }
            }
        }
    }
}

extension SchemaProgram {
    /// The subschemas that a schema applies to the very value it is applied to.
    func inPlaceTargets(of index: SchemaIndex) -> [SchemaIndex] {
        schemas[index].rules.flatMap { rule -> [SchemaIndex] in
            switch rule {
            case .reference(let rules): rules.content.reference.map { [$0] } ?? []
            case .combination(let rules): rules.content.all
            case .object(let rules): rules.content.dependentSchemas.map(\.schema)
            case .value, .number, .string, .array, .unevaluated: []
            }
        }
    }
}
