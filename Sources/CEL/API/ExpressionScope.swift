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
    /// A scope that others are made around: kept, not copied, since it may have a thousand variables.
    private final class Outer: Sendable {
        let scope: ExpressionScope
        let slotOffset: Int

        init(_ scope: ExpressionScope, slotOffset: Int) {
            self.scope = scope
            self.slotOffset = slotOffset
        }

        func inside(_ variable: ScopedVariable) -> ScopedVariable {
            ScopedVariable(name: variable.name, type: variable.type, slot: variable.slot + slotOffset)
        }
    }

    /// What it adds to the scope around it.
    private var own: [ScopedVariable] = []
    private var positions = NameTable()
    private let outer: Outer?
    /// Parts of the longest variable's name: 2 with `steps.order`.
    private(set) var longestName = 1
    /// What names with dots begin with, each once: `steps`.
    private var namespaces: [String] = []

    package init(_ variables: [ScopedVariable] = []) {
        outer = nil
        for variable in variables { add(variable) }
    }

    private init(inside outer: Outer) {
        self.outer = outer
        longestName = outer.scope.longestName
        namespaces = outer.scope.namespaces
    }

    /// A scope in which this one's variables are found that much farther away. Its cost does not depend on how many there are.
    package func inner(slotOffset: Int) -> ExpressionScope {
        if own.isEmpty, let outer {
            return ExpressionScope(inside: Outer(outer.scope, slotOffset: outer.slotOffset + slotOffset))
        }
        return ExpressionScope(inside: Outer(self, slotOffset: slotOffset))
    }

    /// Of two variables with one name the later one counts.
    package func variable(_ name: String) -> ScopedVariable? {
        if let position = positions[name] { return own[position] }
        guard let outer else { return nil }
        return outer.scope.variable(name).map(outer.inside)
    }

    /// All of them, outermost first, with those that others hide.
    var variables: [ScopedVariable] { (outer.map { $0.scope.variables.map($0.inside) } ?? []) + own }

    /// Whether it is a variable's name or what such a name begins with.
    func isTaken(_ name: String) -> Bool { isNamespace(name) || variable(name) != nil }

    func isNamespace(_ name: String) -> Bool { namespaces.contains { $0.hasSameCodePoints(as: name) } }

    func names(ofSlot slot: Int) -> [String] {
        let names = own.lazy.filter { $0.slot == slot }.map(\.name)
        return (outer.map { $0.scope.names(ofSlot: slot - $0.slotOffset) } ?? []) + names
    }

    /// One more variable; it hides an old one of the same name.
    package mutating func add(_ variable: ScopedVariable) {
        positions.append(variable.name)
        own.append(variable)
        let dots = variable.name.utf8.count { $0 == UInt8(ascii: ".") }
        guard dots > 0 else { return }
        longestName = max(longestName, 1 + dots)
        if !namespaces.contains(where: { Self.isNamespace($0, of: variable.name) }) {
            namespaces.append(String(decoding: variable.name.utf8.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self))
        }
    }

    private static func isNamespace(_ namespace: String, of name: String) -> Bool {
        name.utf8.starts(with: namespace.utf8) && name.utf8.dropFirst(namespace.utf8.count).first == UInt8(ascii: ".")
    }

    package mutating func setType(_ type: StaticType, of name: String) {
        if let position = positions[name] {
            own[position].type = type
        } else if var variable = variable(name) {
            variable.type = type
            add(variable)
        }
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
    /// Whether it is guessed which name was meant by one that is unknown. It takes a look at every name in sight.
    package var guessesNames = true
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
