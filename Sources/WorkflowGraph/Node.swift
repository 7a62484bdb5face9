package import CEL
package import Diagnostics
package import Values

/// A verb, or a modifier wrapped around one. A step is a chain of nodes in the order of application (language.md §2):
/// `condition → finally → catching → timeout → loop → retry → shaped → verb`, each left out where the step lacks it.
package struct Node: Sendable {
    /// The step's id; empty for a file.
    package var id: String
    package var kind: Kind
    /// The step in its file.
    package var range: SourceRange?
    /// Of this node's result.
    package var outputType: StaticType

    package init(id: String, kind: Kind, range: SourceRange?, outputType: StaticType) {
        self.id = id
        self.kind = kind
        self.range = range
        self.outputType = outputType
    }

    package enum Kind: Sendable {
        // Modifiers, outermost first.
        case condition(test: ValueExpression, body: NodeIndex)
        case finally(body: NodeIndex, cleanup: BlockIndex)
        case catching(body: NodeIndex, clauses: [CatchClause])
        case timeout(limit: TimeLimit, body: NodeIndex)
        /// Once per item; the body stands in the loop scope.
        case foreach(Foreach)
        /// Round after round; the body stands in the loop scope.
        case `repeat`(Repeat)
        /// Of a body; the retries of a leaf are in its policy.
        case retry(policy: RetryPolicy, body: NodeIndex)
        case shaped(Shaping)

        // Verbs.
        case action(ActionCall)
        case composite(CompositeCall)
        case wait(WaitStep)
        case sleep(TimeLimit)
        case bindings([Binding])
        case invoke(InvokeStep)
        case emit(EmitStep)
        case group(BlockIndex)
        /// The steps of the block at once; its scope has their outputs, which only the step's `output` sees.
        case parallel(BlockIndex)
        case choice([Case])
        case fail(FailStep)
        /// Raises the caught error again: `fail: ${{ error }}`.
        case raise(ValueExpression)
        case `return`(ValueExpression)
        /// Ends the run; the value is the input of the next one.
        case continueAsNew(ValueExpression)
    }

    package struct Foreach: Sendable {
        /// A list. Evaluated in the step's scope.
        package var items: ValueExpression
        /// What names an item in memo keys; nil: its index. Evaluated in the loop scope.
        package var key: ValueExpression?
        /// Items under way at once, at least 1.
        package var concurrency: Int
        package var body: NodeIndex

        package init(items: ValueExpression, key: ValueExpression?, concurrency: Int, body: NodeIndex) {
            self.items = items
            self.key = key
            self.concurrency = concurrency
            self.body = body
        }
    }

    package struct Repeat: Sendable {
        /// Nil: all rounds are run, and the last one completes the step. Evaluated in the round scope.
        package var until: ValueExpression?
        /// Rounds at most, at least 1; running out before `until` is true raises `limit.repeat`.
        package var maximum: Int
        /// Pause before the next round; nil: none. Evaluated in the round scope.
        package var every: ValueExpression?
        /// `previous` of the first round; nil: there is no `previous`. Evaluated in the step's scope.
        package var initial: ValueExpression?
        /// Gives `previous` the kinds of its type: an int in one round is a double where it may be one in another.
        package var previousShape: ValueShape
        package var body: NodeIndex

        package init(
            until: ValueExpression?, maximum: Int, every: ValueExpression?, initial: ValueExpression?,
            previousShape: ValueShape = .any, body: NodeIndex
        ) {
            self.until = until
            self.maximum = maximum
            self.every = every
            self.initial = initial
            self.previousShape = previousShape
            self.body = body
        }
    }

    /// A child workflow: the definition current when it starts.
    package struct InvokeStep: Sendable {
        package var workflow: String
        /// Evaluated in the call scope.
        package var input: ValueExpression
        /// Completes with `{instanceId}` once the child is started.
        package var isDetached: Bool
        /// What the child declares to return, as this definition knows it; nil: anything.
        package var returns: ValueContract?
        package var policy: RetryPolicy

        package init(
            workflow: String, input: ValueExpression, isDetached: Bool, returns: ValueContract?, policy: RetryPolicy
        ) {
            self.workflow = workflow
            self.input = input
            self.isDetached = isDetached
            self.returns = returns
            self.policy = policy
        }
    }

    package struct EmitStep: Sendable {
        package var event: String
        /// Evaluated in the call scope, admitted under the event's type in `StepGraph.events`.
        package var data: ValueExpression

        package init(event: String, data: ValueExpression) {
            self.event = event
            self.data = data
        }
    }

    /// `store → returns → output → register compensate` around a verb.
    package struct Shaping: Sendable {
        package var body: NodeIndex
        package var returns: ValueContract?
        /// Evaluated in the result scope (`ScopeLayout`).
        package var output: ValueExpression?
        package var compensate: BlockIndex?

        package init(body: NodeIndex, returns: ValueContract?, output: ValueExpression?, compensate: BlockIndex?) {
            self.body = body
            self.returns = returns
            self.output = output
            self.compensate = compensate
        }
    }

    package struct CatchClause: Sendable {
        /// Codes, a trailing `*` matching any rest; empty matches all.
        package var errors: [ErrorPattern]
        package var test: ValueExpression?
        package var steps: BlockIndex?
        package var output: ValueExpression?

        package init(errors: [ErrorPattern], test: ValueExpression?, steps: BlockIndex?, output: ValueExpression?) {
            self.errors = errors
            self.test = test
            self.steps = steps
            self.output = output
        }
    }

    /// A built-in action.
    package struct ActionCall: Sendable {
        package var action: String
        /// Evaluated in the call scope.
        package var input: ValueExpression
        package var contract: ValueContract
        /// Gives the raw result the kinds of the signature's `returns` (an instant instead of its text).
        package var resultShape: ValueShape
        package var policy: RetryPolicy
        package var isAtMostOnce: Bool
        /// The ways into the input to URLs whose host an author or operator has written: the egress guard trusts them further
        /// than hosts that come from data (guarantees.md §4).
        package var writtenHosts: [[String]] = []

        package init(
            action: String, input: ValueExpression, contract: ValueContract, resultShape: ValueShape, policy: RetryPolicy,
            isAtMostOnce: Bool
        ) {
            self.action = action
            self.input = input
            self.contract = contract
            self.resultShape = resultShape
            self.policy = policy
            self.isAtMostOnce = isAtMostOnce
        }
    }

    /// An action written in the language: runs inside the caller's instance.
    package struct CompositeCall: Sendable {
        package var file: FileIndex
        /// Evaluated in the call scope.
        package var input: ValueExpression
        /// Everything inside is at most once.
        package var isAtMostOnce: Bool

        package init(file: FileIndex, input: ValueExpression, isAtMostOnce: Bool) {
            self.file = file
            self.input = input
            self.isAtMostOnce = isAtMostOnce
        }
    }

    package struct WaitStep: Sendable {
        package struct Match: Sendable {
            package var path: String
            /// Evaluated in the call scope.
            package var value: ValueExpression

            package init(path: String, value: ValueExpression) {
                self.path = path
                self.value = value
            }
        }

        package var events: [String]
        /// In the order of their paths.
        package var match: [Match]
        /// Evaluated in the event scope.
        package var `where`: ValueExpression?
        /// The output is `{name, data}` instead of the data.
        package var namesEvent: Bool

        package init(events: [String], match: [Match], `where`: ValueExpression?, namesEvent: Bool) {
            self.events = events
            self.match = match
            self.where = `where`
            self.namesEvent = namesEvent
        }
    }

    package struct Binding: Sendable {
        package var name: String
        package var value: ValueExpression

        package init(name: String, value: ValueExpression) {
            self.name = name
            self.value = value
        }
    }

    /// A case of `switch`: a step without its `if`, which stands here.
    package struct Case: Sendable {
        /// Nil: always. Evaluated in the scope of the `switch` step.
        package var test: ValueExpression?
        package var step: NodeIndex

        package init(test: ValueExpression?, step: NodeIndex) {
            self.test = test
            self.step = step
        }
    }

    package struct FailStep: Sendable {
        package var code: String
        package var message: ValueExpression
        package var data: ValueExpression?
        package var isRetryable: Bool

        package init(code: String, message: ValueExpression, data: ValueExpression?, isRetryable: Bool) {
            self.code = code
            self.message = message
            self.data = data
            self.isRetryable = isRetryable
        }
    }
}

/// When something is over: after a duration or at an instant.
package enum TimeLimit: Sendable {
    case after(ValueExpression)
    case until(ValueExpression)
}

package struct RetryPolicy: Sendable, Hashable {
    /// In total, from 1.
    package var attempts: Int
    package var delay: TimeSpan
    /// Factor from one delay to the next; 1 keeps it constant.
    package var backoff: Double
    package var maxDelay: TimeSpan
    /// Shortens each delay at random to between a half and the whole of it.
    package var hasJitter: Bool
    /// Nil: those that say they are retryable.
    package var errors: [ErrorPattern]?
    /// Per attempt.
    package var timeout: TimeSpan?

    package init(
        attempts: Int, delay: TimeSpan, backoff: Double, maxDelay: TimeSpan, hasJitter: Bool, errors: [ErrorPattern]?,
        timeout: TimeSpan?
    ) {
        self.attempts = attempts
        self.delay = delay
        self.backoff = backoff
        self.maxDelay = maxDelay
        self.hasJitter = hasJitter
        self.errors = errors
        self.timeout = timeout
    }

    /// A step without `retry`: one attempt.
    package static let once = RetryPolicy(
        attempts: 1, delay: TimeSpan(microseconds: 1_000_000), backoff: 2, maxDelay: TimeSpan(microseconds: 300_000_000),
        hasJitter: true, errors: nil, timeout: nil)

    package func retries(code: String, isRetryable: Bool) -> Bool {
        guard let errors else { return isRetryable }
        return errors.contains { $0.matches(code) }
    }
}

/// An error code, or the beginning of one followed by `*`.
package struct ErrorPattern: Sendable, Hashable {
    package var text: String
    package init(_ text: String) { self.text = text }

    package func matches(_ code: String) -> Bool {
        guard text.utf8.last == UInt8(ascii: "*") else { return text.hasSameCodePoints(as: code) }
        return code.utf8.starts(with: text.utf8.dropLast())
    }
}
