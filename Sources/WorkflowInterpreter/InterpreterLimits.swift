import Values

/// The interpreter's bounds, all in one place; each is an ordinary failure with a code under `limit.`.
package enum InterpreterLimits {
    /// Entries of one run (`limit.journal`): no step outside of compensation and `finally` is scheduled after it.
    package static let entriesPerRun = 50_000
    /// Items of one `foreach` (`limit.fan_out`).
    package static let fanOut = 10_000
    /// Steps, with their modifiers, that begin because of one entry (`limit.steps`): bounds loops that never suspend.
    package static let framesPerEntry = 250_000
    /// A memo key longer than this many bytes is stored as its digest.
    package static let memoKeyBytes = 512
    /// The furthest a timer may lie in the future (`limit.timer`): ten years of 366 days.
    package static let longestTimerSeconds: Int64 = 3_660 * 86_400
    /// Canonical JSON of one input, output or event (`limit.payload`).
    package static let payloadBytes = 1 << 20
}
