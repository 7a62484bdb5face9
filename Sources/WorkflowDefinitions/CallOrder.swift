/// In which order files are lowered so that what a file calls comes before it, and which calls go in a circle.
struct CallOrder {
    /// Positions of files, callees first.
    private(set) var order: [Int] = []
    /// Each circle once: the positions along it.
    private(set) var circles: [[Int]] = []
    /// Positions of files that are in a circle or reach one.
    private(set) var stuck: Set<Int> = []

    /// - Parameters:
    ///   - callees: for each file the positions of the composite actions it calls.
    ///   - starts: the files that are in the order whether anybody calls them or not.
    init(callees: [[Int]], from starts: some Sequence<Int>) {
        var state = [Mark](repeating: .new, count: callees.count)
        for start in starts where state[start] == .new {
            // Depth first without recursion: chains of calls may be long.
            var path: [(file: Int, next: Int)] = [(start, 0)]
            state[start] = .open
            while let (file, next) = path.last {
                guard next < callees[file].count else {
                    state[file] = .done
                    order.append(file)
                    path.removeLast()
                    if stuck.contains(file), let caller = path.last?.file { stuck.insert(caller) }
                    continue
                }
                path[path.count - 1].next += 1
                let callee = callees[file][next]
                switch state[callee] {
                case .new:
                    state[callee] = .open
                    path.append((callee, 0))
                case .open:
                    let start = path.firstIndex { $0.file == callee } ?? 0
                    circles.append(path[start...].map(\.file))
                    stuck.formUnion(circles[circles.count - 1])
                case .done:
                    if stuck.contains(callee) { stuck.insert(file) }
                }
            }
        }
    }

    private enum Mark { case new, open, done }
}
