import DequeModule
import WorkflowJournal

/// How many attempts may be in flight, all together and per action, and who waits for a place.
struct SlotPool {
    private let total: Int
    private let perAction: [String: Int]
    private var used = 0
    private var usedPerAction: [String: Int] = [:]
    /// Per action, so that those at their own limit are passed over without looking at them.
    private var waiting: [String: Deque<(number: UInt64, waiter: Waiter)>] = [:]
    private var arrivals: UInt64 = 0

    struct Waiter: Equatable {
        var instance: InstanceKey
        var step: MemoKey
        var action: String
    }

    init(total: Int, perAction: [String: Int]) {
        self.total = total
        self.perAction = perAction
    }

    private func hasPlace(_ action: String) -> Bool {
        used < total && usedPerAction[action, default: 0] < perAction[action] ?? .max
    }

    mutating func take(_ action: String) -> Bool {
        guard hasPlace(action) else { return false }
        used += 1
        usedPerAction[action, default: 0] += 1
        return true
    }

    mutating func giveBack(_ action: String) {
        used -= 1
        usedPerAction[action, default: 0] -= 1
    }

    var inUse: Int { used }

    mutating func wait(_ waiter: Waiter) {
        arrivals += 1
        waiting[waiter.action, default: []].append((number: arrivals, waiter: waiter))
    }

    /// The first in line for whom there is a place now; it still has to take it.
    mutating func nextInLine() -> Waiter? {
        guard used < total else { return nil }
        var first: (number: UInt64, action: String)?
        for (action, line) in waiting where hasPlace(action) {
            guard let head = line.first, head.number < first?.number ?? .max else { continue }
            first = (number: head.number, action: action)
        }
        guard let first, let next = waiting[first.action]?.popFirst() else { return nil }
        if waiting[first.action]?.isEmpty == true { waiting[first.action] = nil }
        return next.waiter
    }
}
