/// Where expressions find their variables. Lowering gives each variable a slot by these rules; the interpreter makes scopes
/// by the same. A scope is made once and each of its slots is set once, so scopes may be kept by reference.
///
/// | Scope | Parent | Slots | Evaluated in it |
/// |---|---|---|---|
/// | file | none | `input`, `config`, `instance`, then the file's secrets | labels |
/// | block (any list of steps) | the scope where the list stands | one per step: its output | `if`, `timeout`, `sleep`, `let`, `fail`, `return`, case tests |
/// | loop (every loop has one) | the step's block | `item`, `index` of `foreach`; `previous` of `repeat` with `initial` | `key`; the looped verb with its `retry`, `returns`, `output` and `compensate` stands in it as if in the step's block |
/// | round | loop | `result` | `until`, `every` |
/// | call | the step's block | `step` | `with`, `match`, `data` |
/// | event | the step's block | `event` | `where` |
/// | result | a leaf's or composite's block; of a group, `parallel` or `switch`: the block of its body | `result`, `event` | `output` |
/// | caught | the step's block; for a file its file scope | `error` | clause `if`; a clause's steps are a block in it, its `output` stands in that block (in the caught scope itself when it has no steps) |
/// | undo | the step's block | `error`, the step's own output | `compensate` is a block in it |
/// | cleanup | the step's block; for a file its file scope | `error` | `finally` is a block in it |
///
/// | trigger | none | `config`, then `event` or `schedule` | a trigger's `where` and `input` |
/// | gate | none | `input` | the key of `concurrency` |
///
/// The steps of a file are a block in the file scope. Where a step loops, "the step's block" of a row above is its loop scope
/// for everything inside the loop; `if`, `timeout`, `catch` and `finally` of the step stand outside of it.
package enum ScopeLayout {
    package static let input = 0
    package static let config = 1
    package static let instance = 2
    package static let firstSecret = 3

    package static let step = 0
    package static let event = 0
    package static let result = 0
    package static let resultEvent = 1
    package static let error = 0
    package static let ownOutput = 1
    package static let item = 0
    package static let itemIndex = 1
    package static let previous = 0
    package static let triggerConfig = 0
    /// `event` or `schedule`.
    package static let triggerCause = 1

    /// A slot as expressions hold it: how many scopes outward, and which one there.
    package static func slot(depth: Int, index: Int) -> Int { depth << 20 | index }
    package static func depth(of slot: Int) -> Int { slot >> 20 }
    package static func index(of slot: Int) -> Int { slot & 0xF_FFFF }
}
