package import Values
package import WorkflowJournal

/// What a simulated server keeps its journal in.
package enum SimulatedStore {
    case memory
    /// A file, closed and opened anew in each life of the server. The clock is the simulated one.
    case file(open: (_ clock: @escaping @Sendable () -> Timestamp) throws(JournalError) -> any JournalStore)

    func reopen(_ clock: SimulatedClock) -> (() throws(JournalError) -> any JournalStore)? {
        guard case .file(let open) = self else { return nil }
        return { () throws(JournalError) in try open({ clock.now }) }
    }
}
