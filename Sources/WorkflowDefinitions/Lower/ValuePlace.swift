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
    /// Secrets may stand here, but others can see them.
    var showsSecrets = false
    /// The value decides what happens, which can be seen in the journal.
    var decides = false

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

    /// A condition, or a length of time.
    static func deciding(_ what: String, expected: DeclaredType? = nil) -> ValuePlace {
        var place = ValuePlace(what, expected: expected)
        place.decides = true
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
    var labels: ValueLabels
    /// As a text, where it may be one.
    var pieces: [LabelledPiece]

    init(
        _ expression: ValueExpression, _ type: StaticType, declared: DeclaredType? = nil, compiled: CompiledExpression? = nil,
        labels: ValueLabels = .written, pieces: [LabelledPiece] = []
    ) {
        self.expression = expression
        self.type = type
        self.declared = declared
        self.compiled = compiled
        self.labels = labels
        self.pieces = pieces
    }

    /// In place of a part with a mistake.
    static let faulty = LoweredValue(.constant(.null), .error)
}
