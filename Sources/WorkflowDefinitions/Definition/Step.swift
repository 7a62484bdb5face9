package import Diagnostics
package import Values
package import YAMLSyntax

/// A list of steps under some key.
package struct StepList: Sendable {
    package var keyRange: SourceRange
    package var steps: [Step]
}

/// One verb with its modifiers. An object, because it holds much and every rule is handed every step.
package final class Step: Sendable {
    package let id: Located<String>
    package let verb: Verb
    /// The key that names the verb.
    package let verbRange: SourceRange
    package let modifiers: Modifiers
    package let range: SourceRange

    init(id: Located<String>, verb: Verb, verbRange: SourceRange, modifiers: Modifiers, range: SourceRange) {
        self.id = id
        self.verb = verb
        self.verbRange = verbRange
        self.modifiers = modifiers
        self.range = range
    }
}

extension Step {
    package indirect enum Verb: Sendable {
        case call(action: Located<String>, with: Entry?)
        case invoke(workflow: Located<String>, with: Entry?, detach: Located<Bool>?)
        case wait(Wait)
        case sleep(Limit)
        case emit(event: Located<String>, data: Entry?)
        case bindings([Entry])
        case steps(StepList)
        case parallel(StepList)
        case choice(StepList)
        case fail(Fail)
        /// `fail: ${{ error }}`.
        case raise(YAMLNode)
        case `return`(YAMLNode)
        case continueAsNew(YAMLNode)
        /// The verb could not be read; what was wrong has been said.
        case invalid

        package var name: String {
            switch self {
            case .call: "call"
            case .invoke: "invoke"
            case .wait: "wait"
            case .sleep: "sleep"
            case .emit: "emit"
            case .bindings: "let"
            case .steps: "steps"
            case .parallel: "parallel"
            case .choice: "switch"
            case .fail, .raise: "fail"
            case .return: "return"
            case .continueAsNew: "continue_as_new"
            case .invalid: "step"
            }
        }
    }

    package struct Wait: Sendable {
        package var events: [Located<String>]
        /// Several events were written as a list: the output names which one came.
        package var isList: Bool
        package var match: [Entry]
        package var condition: Entry?
        package var range: SourceRange
    }

    /// A length of time or an instant, either may be an expression.
    package enum Limit: Sendable {
        case after(YAMLNode)
        case until(YAMLNode)

        package var node: YAMLNode {
            switch self {
            case .after(let node), .until(let node): node
            }
        }
    }

    package struct Fail: Sendable {
        package var code: Located<String>
        package var message: YAMLNode
        package var data: YAMLNode?
        package var isRetryable: Bool
    }
}

/// The twelve modifiers; what is absent was not written.
package struct Modifiers: Sendable {
    package var description: Located<String>?
    package var condition: Entry?
    package var foreach: Foreach?
    package var `repeat`: Repeat?
    package var retry: Retry?
    package var timeout: Timeout?
    package var isAtMostOnce: Located<Bool>?
    package var output: Entry?
    package var returns: Entry?
    package var catches: CatchList?
    package var compensate: StepList?
    package var finally: StepList?

    package init() {}
}

extension Modifiers {
    package struct Foreach: Sendable {
        package var items: YAMLNode
        package var itemName: Located<String>?
        package var indexName: Located<String>?
        package var key: Entry?
        package var concurrency: Located<Int>?
        package var keyRange: SourceRange
    }

    package struct Repeat: Sendable {
        package var until: Entry?
        package var max: Located<Int>?
        package var every: Entry?
        package var initial: Entry?
        package var keyRange: SourceRange
    }

    package struct Retry: Sendable {
        package var attempts: Located<Int>?
        package var delay: Located<TimeSpan>?
        package var backoff: Located<Double>?
        package var maxDelay: Located<TimeSpan>?
        package var jitter: Located<Bool>?
        package var errors: [Located<String>]?
        package var timeout: Located<TimeSpan>?
        package var keyRange: SourceRange
    }

    package struct Timeout: Sendable {
        package var limit: Step.Limit
        package var keyRange: SourceRange
    }
}

/// The value of a `catch` key.
package struct CatchList: Sendable {
    package struct Clause: Sendable {
        package var errors: [Located<String>]
        package var condition: Entry?
        package var steps: StepList?
        package var output: Entry?
        package var range: SourceRange
    }

    package var keyRange: SourceRange
    package var clauses: [Clause]
}
