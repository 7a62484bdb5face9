/// Unique elements in order.
struct SortedList<Element: Comparable & Sendable>: Sendable {
    private(set) var elements: [Element] = []

    /// The first place whose element is not before `element`.
    func position(of element: Element) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ element: Element) {
        let place = position(of: element)
        if place < elements.count, elements[place] == element { return }
        elements.insert(element, at: place)
    }

    mutating func remove(_ element: Element) {
        let place = position(of: element)
        if place < elements.count, elements[place] == element { elements.remove(at: place) }
    }
}
