/// Where expressions find their variables. Lowering gives each variable a slot by these rules; the interpreter makes scopes
/// by the same. A scope is made once and each of its slots is set once, so scopes may be kept by reference.
///
/// | Scope | Parent | Slots | Evaluated in it |
/// |---|---|---|---|
/// | file | none | `input`, `config`, `instance`, then the file's secrets | labels |
/// | block (any list of steps) | the scope where the list stands | one per step: its output | `if`, `timeout`, `sleep`, `let`, `fail`, `return`, case tests |
/// | call | the step's block | `step` | `with`, `match` |
/// | event | the step's block | `event` | `where` |
/// | result | a leaf's or composite's block; of a group or `switch`: the block of its body | `result`, `event` | `output` |
/// | caught | the step's block; for a file its file scope | `error` | clause `if`; a clause's steps are a block in it, its `output` stands in that block (in the caught scope itself when it has no steps) |
/// | undo | the step's block | `error`, the step's own output | `compensate` is a block in it |
/// | cleanup | the step's block; for a file its file scope | `error` | `finally` is a block in it |
///
/// The steps of a file are a block in the file scope.
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

    /// A slot as expressions hold it: how many scopes outward, and which one there.
    package static func slot(depth: Int, index: Int) -> Int { depth << 20 | index }
    package static func depth(of slot: Int) -> Int { slot >> 20 }
    package static func index(of slot: Int) -> Int { slot & 0xF_FFFF }
}
