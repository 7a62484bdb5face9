import CEL
import Diagnostics
import Values
import WorkflowGraph

/// Where a value with expressions in it stands: what it has to be and what may be in it.
struct ValuePlace {
    /// As in "… must be a string": `the input 'url'`.
    var what: String
    /// Nil: anything.
    var expected: DeclaredType?
    /// The code of a value that does not fit.
    var mismatch: DiagnosticCode = .unfitValue
    /// Secrets may stand here: they are read again at each attempt and stored nowhere.
    var allowsSecrets = false
    /// The value is written to the journal.
    var storesValue = false
    /// The value is run as code by somebody else: what looks like a template in it is theirs.
    var isCode = false
    /// The value leaves the process in a place where it can be seen.
    var leaksSecrets = false

    init(_ what: String, expected: DeclaredType? = nil) {
        self.what = what
        self.expected = expected
    }

    /// A place of any type that is stored.
    static func stored(_ what: String) -> ValuePlace {
        var place = ValuePlace(what)
        place.storesValue = true
        return place
    }

    func part(_ what: String, expected: DeclaredType?) -> ValuePlace {
        var place = self
        place.what = what
        place.expected = expected
        return place
    }
}

/// A value with what is known of it.
struct LoweredValue {
    var expression: ValueExpression
    var type: StaticType
    var declared: DeclaredType?
    /// When the value is exactly one expression.
    var compiled: CompiledExpression?

    init(_ expression: ValueExpression, _ type: StaticType, declared: DeclaredType? = nil, compiled: CompiledExpression? = nil)
    {
        self.expression = expression
        self.type = type
        self.declared = declared
        self.compiled = compiled
    }

    /// In place of a part with a mistake.
    static let faulty = LoweredValue(.constant(.null), .error)
}
