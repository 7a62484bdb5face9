import Values
import WorkflowGraph
import WorkflowJournal

/// One active node or block of the graph. Frames form a tree; leaves wait for outcomes, completions bubble up.
///
/// ```
///            begin                      ended(child, ending)
/// (new) ───────────────▶ state ─────────────────────────────▶ state' … ──▶ ended(self, ending)
///                          │ stop(cause)
///                          ▼
///                   same state, `stopCause` set: nothing new starts, what runs is asked to end
/// ```
final class Frame {
    enum Work {
        case node(NodeIndex)
        case block(BlockIndex)
    }

    /// Large payloads are boxed: a wide fan-out has many frames.
    enum State {
        case new
        /// A wrapper's body, a group's block, a composite action's file.
        case body(Frame)
        /// A block at this position; the case that was chosen.
        case sequence(position: Int, child: Frame)
        /// `parallel` and `foreach`.
        case fanOut(FanOut)
        /// `repeat`: this round, from 0.
        case round(number: Int, child: Frame)
        /// `catching`: this clause's steps.
        indirect case clause(index: Int, child: Frame, caught: Failure)
        /// `catching` and `retry`: undoing what was registered inside, newest first.
        indirect case undoing(child: Frame, then: AfterUndo)
        /// `finally`: the cleanup block, before ending as the body did.
        indirect case cleaning(child: Frame, ending: Ending)
        /// `retry` and `repeat`: a sleep before the next attempt or round.
        indirect case pause(Command, then: AfterPause)
        /// A leaf: the command that asked for it.
        indirect case leaf(Command)
        case ended
    }

    enum AfterUndo {
        case clause(Int, caught: Failure)
        case end(Ending)
        case attemptAgain(after: Failure)
    }

    enum AfterPause {
        case attempt(after: Failure)
        case round(number: Int, previous: Value)
    }

    let work: Work
    /// The memo key of the step, or the prefix of a file's keys, as long as it is.
    let key: String
    let scope: Scope
    let context: Context
    unowned let parent: Frame?
    var state: State = .new
    var stopCause: StopCause?
    /// What was registered inside and is still to be undone if need be; in order only while it is being undone.
    var registrations: [Registration] = []
    /// The scope in which `output` is evaluated, once the body has ended.
    var resultScope: Scope?
    /// A wait: the event it took, typed.
    var event: Value = .null
    /// An entry was for something inside.
    var hasProgress = false
    /// `retry`: the current attempt, from 1.
    var attempt = 1
    /// In a fan-out: which of its children.
    var position = 0
    /// The key of the running timer, for `timeout` and a retry's `timeout`.
    var timer: MemoKey?
    /// That timer fired and this frame is stopping its body because of it.
    var hasTimedOut = false

    init(_ work: Work, key: String, scope: Scope, context: Context, parent: Frame?) {
        self.work = work
        self.key = key
        self.scope = scope
        self.context = context
        self.parent = parent
    }

    /// Marks it and what is around it.
    func noteProgress() {
        var frame: Frame? = self
        while let next = frame, !next.hasProgress {
            next.hasProgress = true
            frame = next.parent
        }
    }

    /// As if it had not begun.
    func reset() {
        state = .new
        registrations = []
        resultScope = nil
        event = .null
        attempt = 1
        timer = nil
        hasTimedOut = false
    }

    var isNode: NodeIndex? { if case .node(let index) = work { index } else { nil } }

    /// Its active children, in the order of the steps.
    func forEachChild(_ visit: (Frame) -> Void) {
        switch state {
        case .new, .pause, .leaf, .ended: break
        case .body(let child), .sequence(_, let child), .round(_, let child), .clause(_, let child, _),
            .undoing(let child, _), .cleaning(let child, _):
            visit(child)
        case .fanOut(let fan): for case let child? in fan.children { visit(child) }
        }
    }
}

/// What `parallel` and `foreach` have under way. Children begin in order, as many at once as `limit` allows; a child's end
/// costs the same at any width.
final class FanOut {
    /// `foreach`: what it goes over, and what names an item in memo keys; nil: its position.
    let items: [Value]
    let keys: [String]?
    let limit: Int
    /// By position; nil before it begins and after it has ended.
    private(set) var children: [Frame?]
    private(set) var activeCount = 0
    /// How many have begun.
    private(set) var next = 0
    private(set) var completedCount = 0
    /// `foreach`: outputs by position.
    private(set) var outputs: [Value]
    /// The first, in the order of the journal. No child begins after it.
    var failure: Failure?
    /// How a child was stopped: the one whose effect is uncertain, if there is one.
    private(set) var stopped: Failure?

    /// The branches of `parallel`.
    init(branches: Int) {
        items = []
        keys = nil
        limit = branches
        children = Array(repeating: nil, count: branches)
        outputs = []
    }

    init(items: [Value], keys: [String]?, limit: Int) {
        self.items = items
        self.keys = keys
        self.limit = limit
        children = Array(repeating: nil, count: items.count)
        outputs = Array(repeating: .null, count: items.count)
    }

    var count: Int { children.count }

    func begin(_ child: Frame) {
        child.position = next
        children[next] = child
        next += 1
        activeCount += 1
    }

    func ended(_ child: Frame) {
        children[child.position] = nil
        activeCount -= 1
    }

    func completed(_ child: Frame, _ output: Value) {
        completedCount += 1
        if !outputs.isEmpty { outputs[child.position] = output }
    }

    func noteStopped(_ failure: Failure) {
        if stopped?.isUncertain != true && (stopped == nil || failure.isUncertain) { stopped = failure }
    }
}

/// What holds for a frame and everything in it.
struct Context {
    /// The file whose steps these are.
    var file: FileIndex
    /// In a compensation or `finally`: registers nothing, is not interrupted.
    var isCleanup = false
    var isAtMostOnce = false
    /// Inside a body that may be tried again: places can complete more than once.
    var isRepeatable = false
}

/// Why a body is stopped from outside.
enum StopCause: Equatable {
    case timeout
    case cancelled
    /// A step beside it failed; the code.
    case failure(String)

    var code: String {
        switch self {
        case .timeout: "timeout"
        case .cancelled: "cancelled"
        case .failure(let code): code
        }
    }

    /// After a failure running actions are let finish; a timeout or a cancel really stops them.
    var letsFinish: Bool { if case .failure = self { true } else { false } }
}

/// How a frame ended.
enum Ending {
    case success(Value)
    case failure(Failure)
    /// It was stopped; the failure has code `stopped` and tells whether an effect is uncertain.
    case stopped(Failure)
    /// `return`: on its way to the end of its file.
    case returned(Value)
    /// `continue_as_new`: on its way to the end of the run.
    case continued(Value)
}

/// An undo that a completed step has registered.
struct Registration {
    /// The order of completion, over all frames.
    var number: Int
    /// The entry that completed the step.
    var sequence: Int
    /// The step's key, with its item, round and attempt.
    var key: String
    var block: BlockIndex
    /// The scope the step stood in.
    var scope: Scope
    var ownOutput: Value
    var context: Context
}
