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

    private(set) var frames: [[Variable]]
    /// Of the current variables, without and with secrets.
    private var cached: (plain: ExpressionScope?, secret: ExpressionScope?)

    init(file variables: [Variable]) {
        frames = [variables]
        cached = (nil, nil)
    }

    /// A scope inside this one.
    func child(_ variables: [Variable] = []) -> Scope {
        var scope = self
        scope.frames.append(variables)
        scope.cached = (nil, nil)
        return scope
    }

    /// One more variable in the innermost frame.
    mutating func add(_ variable: Variable) {
        frames[frames.count - 1].append(variable)
        cached = (nil, nil)
    }

    /// Those that an expression sees; of two with one name the inner one.
    mutating func expressionScope(withSecrets: Bool) -> ExpressionScope {
        if let scope = withSecrets ? cached.secret : cached.plain { return scope }
        var variables: [ScopedVariable] = []
        for (position, frame) in frames.enumerated() {
            let depth = frames.count - 1 - position
            for variable in frame where !variable.isSecret || withSecrets {
                let slot = ScopeLayout.slot(depth: depth, index: variable.index)
                variables.append(ScopedVariable(name: variable.name, type: variable.type, slot: slot))
            }
        }
        let scope = ExpressionScope(variables)
        if withSecrets { cached.secret = scope } else { cached.plain = scope }
        return scope
    }

    /// From here on the condition is known to have had this outcome.
    mutating func assume(_ condition: CompiledExpression, is outcome: Bool) {
        let narrowed = expressionScope(withSecrets: false).assuming(condition, is: outcome)
        var seen: Set<String> = []
        for frame in frames.indices.reversed() {
            for index in frames[frame].indices where seen.insert(frames[frame][index].name).inserted {
                if let type = narrowed.variable(frames[frame][index].name)?.type { frames[frame][index].type = type }
            }
        }
        cached = (nil, nil)
    }

    func variable(_ name: String) -> Variable? {
        for frame in frames.reversed() {
            if let found = frame.last(where: { $0.name.hasSameCodePoints(as: name) }) { return found }
        }
        return nil
    }

    /// The ids of steps in sight.
    var stepNames: [String] {
        frames.joined().compactMap { variable in
            variable.name.utf8.starts(with: "steps.".utf8) ? String(variable.name.dropFirst("steps.".count)) : nil
        }
    }

    /// The declared type of a plain path such as `config.shopUrl`; nil for any other expression.
    func declaredType(ofPath source: String) -> DeclaredType? {
        var parts = source.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy(Names.isIdentifier) else { return nil }
        var name = parts.removeFirst()
        if name == "steps" || name == "secrets", !parts.isEmpty { name += "." + parts.removeFirst() }
        var type = variable(name)?.declared
        for part in parts { type = type?.field(part) }
        return type
    }
}
