import CEL
import Values
import WorkflowGraph

/// The variables in sight of a place in a file, frame by frame as `ScopeLayout` lays them out at run time.
struct Scope {
    struct Variable {
        /// As expressions write it: `input`, `steps.order`.
        var name: String
        var type: StaticType
        /// As it was declared, where it was: tells a `uri` from other strings.
        var declared: DeclaredType?
        var index: Int
        var isSecret = false
        var labels = ValueLabels.written
    }

    /// Variables side by side, found by their names.
    struct Frame {
        private(set) var variables: [Variable] = []
        private var positions = NameTable()

        init(_ variables: [Variable]) {
            for variable in variables { add(variable) }
        }

        subscript(name: String) -> Variable? { positions[name].map { variables[$0] } }

        mutating func add(_ variable: Variable) {
            positions.append(variable.name)
            variables.append(variable)
        }

        /// False: it has no such variable.
        mutating func setType(_ type: StaticType, of name: String) -> Bool {
            guard let position = positions[name] else { return false }
            variables[position].type = type
            return true
        }
    }

    private(set) var frames: [Frame]
    /// Of the current variables, without and with secrets: kept up to date, since a list of steps adds a variable per step.
    private var cached: (plain: ExpressionScope?, secret: ExpressionScope?)

    init(file variables: [Variable]) {
        frames = [Frame(variables)]
        cached = (nil, nil)
    }

    /// A scope inside this one.
    func child(_ variables: [Variable] = []) -> Scope {
        var scope = self
        scope.frames.append(Frame(variables))
        let oneFarther = ScopeLayout.slot(depth: 1, index: 0)
        scope.cached = (
            cached.plain?.inner(slotOffset: oneFarther), cached.secret?.inner(slotOffset: oneFarther)
        )
        for variable in variables { scope.lay(variable) }
        return scope
    }

    /// One more variable in the innermost frame.
    mutating func add(_ variable: Variable) {
        frames[frames.count - 1].add(variable)
        lay(variable)
    }

    private mutating func lay(_ variable: Variable) {
        let scoped = Self.scoped(variable, depth: 0)
        if !variable.isSecret { cached.plain?.add(scoped) }
        cached.secret?.add(scoped)
    }

    /// Lays out the variables for expressions once for all copies of this scope.
    mutating func prepare() {
        _ = expressionScope(withSecrets: false)
        _ = expressionScope(withSecrets: true)
    }

    /// Those that an expression sees; of two with one name the inner one.
    mutating func expressionScope(withSecrets: Bool) -> ExpressionScope {
        if let scope = withSecrets ? cached.secret : cached.plain { return scope }
        var variables: [ScopedVariable] = []
        for (position, frame) in frames.enumerated() {
            for variable in frame.variables where !variable.isSecret || withSecrets {
                variables.append(Self.scoped(variable, depth: frames.count - 1 - position))
            }
        }
        let scope = ExpressionScope(variables)
        if withSecrets { cached.secret = scope } else { cached.plain = scope }
        return scope
    }

    private static func scoped(_ variable: Variable, depth: Int) -> ScopedVariable {
        let slot = ScopeLayout.slot(depth: depth, index: variable.index)
        return ScopedVariable(name: variable.name, type: variable.type, slot: slot)
    }

    /// From here on the condition is known to have had this outcome.
    mutating func assume(_ condition: CompiledExpression, is outcome: Bool) {
        for (name, type) in expressionScope(withSecrets: false).narrowings(by: condition, being: outcome) {
            for frame in frames.indices.reversed() where frames[frame].setType(type, of: name) { break }
            cached.plain?.setType(type, of: name)
            cached.secret?.setType(type, of: name)
        }
    }

    func variable(_ name: String) -> Variable? {
        for frame in frames.reversed() {
            if let found = frame[name] { return found }
        }
        return nil
    }

    /// The ids of steps in sight.
    var stepNames: [String] {
        frames.lazy.flatMap(\.variables).compactMap { variable in
            let name = variable.name.utf8
            return name.starts(with: "steps.".utf8) ? String(decoding: name.dropFirst("steps.".utf8.count), as: UTF8.self) : nil
        }
    }

    /// The declared type of a plain path such as `config.shopUrl`; nil for any other expression.
    func declaredType(ofPath source: String) -> DeclaredType? {
        // Most expressions are more than a path, which any of these tells.
        guard !source.utf8.contains(where: { $0 == 0x20 || $0 == 0x28 || $0 == 0x5B }) else { return nil }
        var parts = source.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy(Names.isIdentifier) else { return nil }
        var name = parts.removeFirst()
        if name == "steps" || name == "secrets", !parts.isEmpty { name += "." + parts.removeFirst() }
        var type = variable(name)?.declared
        for part in parts { type = type?.field(part) }
        return type
    }
}
