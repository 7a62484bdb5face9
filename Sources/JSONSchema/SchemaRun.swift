import Values

/// One validation of one instance: walks the program and the value together.
///
/// In two modes. Testing stops at the first violation of each schema and words none; reporting goes on and collects them.
/// Either way it counts what it does: beyond a limit everything fails and the run says so.
struct SchemaRun {
    let program: SchemaProgram
    let limits: SchemaLimits
    /// Whether violations are collected.
    private(set) var reports: Bool
    private(set) var found: [FoundViolation] = []
    /// The limit that ended the run early.
    private(set) var exceeded: String?
    private var path: [PathSegment] = []
    private var steps = 0
    private var depth = 0
    /// The resources entered, outermost first: the dynamic scope.
    private var scope: [Int] = []

    init(program: SchemaProgram, limits: SchemaLimits, reports: Bool) {
        self.program = program
        self.limits = limits
        self.reports = reports
    }

    // MARK: Applying schemas

    /// Whether a value fits a schema, when nobody asks which of its parts were looked at.
    mutating func check(_ index: SchemaIndex, _ value: Value) -> Bool {
        var evaluated = EvaluatedParts(isTracked: false)
        return check(index, value, &evaluated)
    }

    /// Whether a value fits a schema. The parts it evaluates are added if it does.
    mutating func check(_ index: SchemaIndex, _ value: Value, _ evaluated: inout EvaluatedParts) -> Bool {
        guard spend(1) else { return false }
        depth += 1
        defer { depth -= 1 }
        if depth > limits.depth {
            exceeded = "the value needs more than \(limits.depth) schemas within each other"
            return false
        }
        let schema = program.schemas[index]
        if schema.acceptsNothing { return fail(schema, "", "no value is allowed here") }
        if schema.rules.isEmpty { return true }
        let entersResource = scope.last != schema.resource
        if entersResource { scope.append(schema.resource) }
        defer { if entersResource { scope.removeLast() } }

        var own = EvaluatedParts(isTracked: evaluated.isTracked || schema.tracksEvaluation)
        let isValid = checkRules(of: schema, value.asJSON, &own)
        if isValid && evaluated.isTracked { evaluated.formUnion(own) }
        return isValid
    }

    private mutating func checkRules(of schema: Subschema, _ value: Value, _ evaluated: inout EvaluatedParts) -> Bool {
        var isValid = true
        for rule in schema.rules {
            let passes =
                switch rule {
                case .reference(let rules): rules.content.check(value, in: schema, &self, &evaluated)
                case .value(let rules): rules.content.check(value, in: schema, &self)
                case .number(let rules): rules.content.check(value, in: schema, &self)
                case .string(let rules): rules.content.check(value, in: schema, &self)
                case .array(let rules): rules.content.check(value, in: schema, &self, &evaluated)
                case .object(let rules): rules.content.check(value, in: schema, &self, &evaluated)
                case .combination(let rules): rules.content.check(value, in: schema, &self, &evaluated)
                // What failing schemas evaluated is unknown, so more would be reported than is wrong.
                case .unevaluated(let rules): !isValid || rules.content.check(value, in: schema, &self, &evaluated)
                }
            if passes { continue }
            isValid = false
            if !reports || exceeded != nil { return false }
        }
        return isValid
    }

    /// Whether a part of the value fits a schema.
    mutating func check(_ index: SchemaIndex, _ value: Value, at segment: PathSegment) -> Bool {
        // Only messages need to know where they are.
        guard reports else { return check(index, value) }
        path.append(segment)
        defer { path.removeLast() }
        return check(index, value)
    }

    /// As `check`, collecting nothing: for schemas whose failure is no violation by itself.
    mutating func silently(_ check: (inout SchemaRun) -> Bool) -> Bool {
        let wasReporting = reports
        reports = false
        defer { reports = wasReporting }
        return check(&self)
    }

    /// As `check`, with what it found kept apart: for alternatives.
    mutating func apart(_ check: (inout SchemaRun) -> Bool) -> (isValid: Bool, found: [FoundViolation]) {
        let before = found
        found = []
        defer { found = before }
        let isValid = check(&self)
        return (isValid, found)
    }

    /// The outermost subschema of the dynamic scope with this `$dynamicAnchor`.
    func dynamicTarget(named name: ExactText) -> SchemaIndex? {
        for resource in scope {
            if let target = program.dynamicAnchors[resource][name] { return target }
        }
        return nil
    }

    /// Pays for work; false when nothing is left.
    mutating func spend(_ cost: Int) -> Bool {
        steps += cost
        if steps > limits.steps { exceeded = exceeded ?? "the value takes more than \(limits.steps) steps to validate" }
        return exceeded == nil
    }

    // MARK: Violations

    /// Always false. Where the value stands now, unless a part of it is named.
    mutating func fail(
        _ schema: Subschema, _ keyword: String, _ message: @autoclosure () -> String, at segment: PathSegment? = nil,
        expected: [JSONKind] = []
    ) -> Bool {
        guard reports, found.count < limits.violations else { return false }
        found.append(
            FoundViolation(
                path: segment.map { path + [$0] } ?? path, schema: schema.pointer, keyword: keyword, message: message(),
                expected: expected))
        return false
    }

    mutating func add(_ violations: [FoundViolation]) {
        found.append(contentsOf: violations.prefix(max(0, limits.violations - found.count)))
    }

    /// The depth of the value that is being checked.
    var currentDepth: Int { path.count }

    /// In document order, each once.
    func violations(isValid: Bool) -> [SchemaViolation] {
        if let exceeded {
            return [SchemaViolation(instancePointer: "", schemaPointer: "", keyword: "", message: exceeded)]
        }
        if isValid { return [] }
        let ordered = found.enumerated().sorted { lhs, rhs in
            let (a, b) = (lhs.element.path, rhs.element.path)
            return a == b ? lhs.offset < rhs.offset : a.lexicographicallyPrecedes(b, by: PathSegment.precedes)
        }
        var seen: Set<SchemaViolation> = []
        return ordered.map(\.element.violation).filter { seen.insert($0).inserted }
    }
}

/// A violation while the run goes on.
struct FoundViolation {
    var path: [PathSegment]
    var schema: String
    var keyword: String
    var message: String
    /// What `type` asked for, so that alternatives can be told together.
    var expected: [JSONKind]

    var violation: SchemaViolation {
        SchemaViolation(
            instancePointer: path.reduce("") { $0 + "/" + $1.token },
            schemaPointer: keyword.isEmpty ? schema : schema + "/" + keyword, keyword: keyword, message: message)
    }
}

/// Which parts of a value some subschema has looked at: what `unevaluatedProperties` and `unevaluatedItems` leave alone.
struct EvaluatedParts {
    private struct Parts {
        var allFields = false
        /// By position in the map.
        var fields: Set<Int> = []
        var allItems = false
        var firstItems = 0
        var items: Set<Int> = []
    }

    /// Nil when nobody asks: then nothing is remembered.
    private var parts: Parts?

    init(isTracked: Bool) { parts = isTracked ? Parts() : nil }

    var isTracked: Bool { parts != nil }

    mutating func insertField(_ position: Int) { parts?.fields.insert(position) }
    mutating func insertItem(_ position: Int) { parts?.items.insert(position) }
    mutating func insertFirstItems(_ count: Int) {
        let known = parts?.firstItems ?? 0
        parts?.firstItems = max(count, known)
    }
    mutating func insertAllFields() { parts?.allFields = true }
    mutating func insertAllItems() { parts?.allItems = true }

    func containsField(_ position: Int) -> Bool {
        guard let parts else { return false }
        return parts.allFields || parts.fields.contains(position)
    }

    func containsItem(_ position: Int) -> Bool {
        guard let parts else { return false }
        return parts.allItems || position < parts.firstItems || parts.items.contains(position)
    }

    mutating func formUnion(_ other: EvaluatedParts) {
        guard var united = parts, let other = other.parts else { return }
        united.allFields = united.allFields || other.allFields
        united.allItems = united.allItems || other.allItems
        united.firstItems = max(united.firstItems, other.firstItems)
        united.fields.formUnion(other.fields)
        united.items.formUnion(other.items)
        parts = united
    }
}
