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

    enum State {
        case new
        /// A wrapper's body, a group's block, the case that was chosen, a composite action's file.
        case body(Frame)
        /// A block at this position.
        case sequence(position: Int, child: Frame)
        /// `catching`: this clause's steps.
        case clause(index: Int, child: Frame, caught: Failure)
        /// `catching` and `retry`: undoing what was registered inside, newest first.
        case undoing(child: Frame, then: AfterUndo)
        /// `finally`: the cleanup block, before ending as the body did.
        case cleaning(child: Frame, ending: Ending)
        /// `retry`: before the next attempt.
        case delay(Command, failure: Failure)
        /// A leaf: the command that asked for it.
        case leaf(Command)
        case ended
    }

    enum AfterUndo {
        case clause(Int, caught: Failure)
        case end(Ending)
        case attemptAgain(after: Failure)
    }

    let work: Work
    /// The memo key of the step, or the prefix of a file's keys, as long as it is.
    let key: String
    let scope: Scope
    let context: Context
    unowned let parent: Frame?
    var state: State = .new
    var stopCause: StopCause?
    /// What was registered inside and is still to be undone if need be, oldest first.
    var registrations: [Registration] = []
    /// The scope in which `output` is evaluated, once the body has ended.
    var resultScope: Scope?
    /// A wait: the event it took, typed.
    var event: Value = .null
    /// `retry`: the current attempt, from 1.
    var attempt = 1
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

    var isNode: NodeIndex? { if case .node(let index) = work { index } else { nil } }
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
    /// A part of it failed or ran over a limit.
    case failure(Failure)

    var code: String {
        switch self {
        case .timeout: "timeout"
        case .cancelled: "cancelled"
        case .failure(let failure): failure.code
        }
    }
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
    /// The step's key, with its round and attempt.
    var key: String
    var block: BlockIndex
    /// The scope the step stood in.
    var scope: Scope
    var ownOutput: Value
    var context: Context
}
