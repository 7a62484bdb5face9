import WorkflowJournal

/// How many attempts may be in flight, all together and per action, and who waits for a place.
struct SlotPool {
    private let total: Int
    private let perAction: [String: Int]
    private var used = 0
    private var usedPerAction: [String: Int] = [:]
    private var waiting: [Waiter] = []
    private var firstWaiting = 0

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

    mutating func wait(_ waiter: Waiter) { waiting.append(waiter) }

    /// The first in line for whom there is a place now; it still has to take it.
    mutating func nextInLine() -> Waiter? {
        while firstWaiting < waiting.count, used < total {
            // Actions at their own limit are passed over, not waited for.
            guard let index = waiting[firstWaiting...].firstIndex(where: { hasPlace($0.action) }) else { return nil }
            let waiter = waiting[index]
            if index == firstWaiting {
                firstWaiting += 1
                if firstWaiting > 1_024 {
                    waiting.removeFirst(firstWaiting)
                    firstWaiting = 0
                }
            } else {
                waiting.remove(at: index)
            }
            return waiter
        }
        return nil
    }
}
