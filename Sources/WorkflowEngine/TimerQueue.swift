import HeapModule
import Values
import WorkflowJournal

/// The timers due soon, earliest first. An entry may be out of date: whoever pops it looks whether it still counts.
struct TimerQueue {
    enum Target {
        /// A row of `wf_timer`.
        case step(InstanceKey, TimerRow)
        /// The next instant of a cron trigger.
        case schedule(ScheduleName)
        /// The `retry.timeout` of an attempt in flight.
        case attempt(EngineCore.AttemptTag)
        /// The grace time of a stopped attempt.
        case grace(EngineCore.AttemptTag)
    }

    struct Item: Comparable {
        var dueAt: Timestamp
        /// Makes the order of equal instants that of insertion.
        var serial: UInt64
        var target: Target

        static func < (lhs: Item, rhs: Item) -> Bool { (lhs.dueAt, lhs.serial) < (rhs.dueAt, rhs.serial) }
        static func == (lhs: Item, rhs: Item) -> Bool { lhs.serial == rhs.serial }
    }

    private var heap = Heap<Item>()
    private var serial: UInt64 = 0

    var next: Timestamp? { heap.min?.dueAt }
    var count: Int { heap.count }

    mutating func insert(_ target: Target, dueAt: Timestamp) {
        serial += 1
        heap.insert(Item(dueAt: dueAt, serial: serial, target: target))
    }

    mutating func insert(_ target: Target) {
        if case .step(_, let row) = target { insert(target, dueAt: row.dueAt) }
    }

    mutating func popDue(at now: Timestamp) -> Item? {
        guard let first = heap.min, first.dueAt <= now else { return nil }
        return heap.popMin()
    }
}
