/// What is going to happen in a simulated world, earliest first; at equal instants in the order of scheduling.
struct Agenda {
    struct Item {
        var time: Int64
        var serial: UInt64
        var isTick: Bool
        var act: () -> Void
    }

    private var heap: [Item] = []
    private var serial: UInt64 = 0
    private var ticks = 0

    var isEmpty: Bool { heap.isEmpty }
    /// Nothing but the server's own looking at the clock is left.
    var hasOnlyTicks: Bool { ticks == heap.count }

    mutating func insert(at time: Int64, isTick: Bool = false, _ act: @escaping () -> Void) {
        serial += 1
        if isTick { ticks += 1 }
        heap.append(Item(time: time, serial: serial, isTick: isTick, act: act))
        var index = heap.count - 1
        while index > 0, Self.precedes(heap[index], heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func popFirst() -> Item? {
        guard let first = heap.first else { return nil }
        if first.isTick { ticks -= 1 }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var index = 0
        while true {
            let children = [2 * index + 1, 2 * index + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { Self.precedes(heap[$0], heap[$1]) }), Self.precedes(heap[least], heap[index])
            else { return first }
            heap.swapAt(index, least)
            index = least
        }
    }

    private static func precedes(_ lhs: Item, _ rhs: Item) -> Bool { (lhs.time, lhs.serial) < (rhs.time, rhs.serial) }
}
