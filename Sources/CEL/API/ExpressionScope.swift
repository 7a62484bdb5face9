package import Values

/// A variable an expression may use.
package struct ScopedVariable: Sendable, Hashable {
    /// One name, or several with dots: `input`, `steps.order`, `secrets.key`.
    package var name: String
    package var type: StaticType
    /// Where its value is found when the expression runs.
    package var slot: Int

    package init(name: String, type: StaticType, slot: Int) {
        self.name = name
        self.type = type
        self.slot = slot
    }
}

/// The variables in sight of an expression. The longest declared name wins: `steps.order.total` is the field `total` of
/// the variable `steps.order`.
package struct ExpressionScope: Sendable {
    package private(set) var variables: [ScopedVariable]
    private var positions: [String: Int]
    /// Parts of the longest variable's name: 2 with `steps.order`.
    private(set) var longestName = 1

    package init(_ variables: [ScopedVariable] = []) {
        self.variables = []
        positions = [:]
        self.variables.reserveCapacity(variables.count)
        positions.reserveCapacity(variables.count)
        for variable in variables { add(variable) }
    }

    /// Of two variables with one name the later one counts.
    package func variable(_ name: String) -> ScopedVariable? { positions[name].map { variables[$0] } }

    /// One more variable; it hides an old one of the same name.
    package mutating func add(_ variable: ScopedVariable) {
        positions[variable.name] = variables.count
        variables.append(variable)
        longestName = max(longestName, 1 + variable.name.utf8.count { $0 == UInt8(ascii: ".") })
    }

    package mutating func setType(_ type: StaticType, of name: String) {
        if let position = positions[name] { variables[position].type = type }
    }
}

/// Gives an expression the values of its variables while it runs.
package protocol SlotSource {
    func value(ofSlot slot: Int) -> Value
}

/// Offsets of time zones, which this module does not know. Nil for a zone that does not exist.
package protocol TimeZoneRules: Sendable {
    func offsetSeconds(ofZone name: String, at instant: Timestamp) -> Int?
}

/// What kind of CEL an expression is written in.
package struct ExpressionOptions: Sendable {
    package enum Dialect: Sendable, Hashable {
        /// As the public specification has it, for callers that compare with it.
        case standard
        /// language.md §7–8: ints widen to doubles, an absent optional field reads as null, null is checked before running.
        case workflow
    }

    package var dialect: Dialect
    /// For `getHours("Europe/Berlin")` and its like; without it only UTC and fixed offsets are known.
    package var timeZones: (any TimeZoneRules)?
    /// The namespace in which names are looked up first (CEL's "container").
    package var container: String
    /// False: what types are wrong is left to run time.
    package var checksTypes: Bool
    /// Whether a constant part that has no value is a mistake (WF3113), or fails only when it is reached, as in plain CEL.
    package var refusesFailingConstants: Bool
    /// Signatures of functions the checker shall know beyond the library's, such as `f(string, int) -> string`. They have
    /// no body: they fail when they run.
    package var declaredFunctions: [String]

    package init(
        dialect: Dialect, timeZones: (any TimeZoneRules)? = nil, container: String = "", checksTypes: Bool = true,
        refusesFailingConstants: Bool? = nil, declaredFunctions: [String] = []
    ) {
        self.dialect = dialect
        self.timeZones = timeZones
        self.container = container
        self.checksTypes = checksTypes
        self.refusesFailingConstants = refusesFailingConstants ?? (dialect == .workflow)
        self.declaredFunctions = declaredFunctions
    }

    package static let standard = ExpressionOptions(dialect: .standard)
    package static let workflow = ExpressionOptions(dialect: .workflow)
}
