import WorkflowGraph

/// Makes a failing scenario smaller as long as it fails in the same way: fewer faults, fewer clients, fewer steps.
package struct Shrinking {
    /// Runs that were made on the way.
    package private(set) var runs = 0
    package private(set) var smallest: Scenario
    private let bug: DeliberateBug?
    private let invariant: String
    private let most: Int

    /// - Parameters:
    ///   - scenario: one that breaks a promise.
    ///   - most: so many runs are made at most.
    package init(_ scenario: Scenario, breaking invariant: String, bug: DeliberateBug? = nil, most: Int = 600) {
        smallest = scenario
        self.bug = bug
        self.invariant = invariant
        self.most = most
    }

    /// The smallest scenario that was found to fail alike.
    package mutating func shrink() -> Scenario {
        var size = Int.max
        while runs < most, smallest.size < size {
            size = smallest.size
            shrinkClients()
            shrinkFaults()
            shrinkTexts()
        }
        return smallest
    }

    /// Keeps the change if the scenario still fails.
    @discardableResult
    private mutating func attempt(_ change: (inout Scenario) -> Void) -> Bool {
        guard runs < most else { return false }
        var candidate = smallest
        change(&candidate)
        runs += 1
        guard SimulationRun.run(candidate, bug: bug, stepLimit: 50_000).violation?.invariant == invariant else { return false }
        smallest = candidate
        return true
    }

    /// Removes elements: many at once first, then one by one.
    private mutating func thin<Element>(_ list: WritableKeyPath<Scenario, [Element]>) {
        var length = smallest[keyPath: list].count
        while length >= 1 {
            var start = 0
            while start < smallest[keyPath: list].count {
                let range = start..<min(start + length, smallest[keyPath: list].count)
                if !attempt({ $0[keyPath: list].removeSubrange(range) }) { start += length }
            }
            length /= 2
        }
    }

    private mutating func shrinkClients() {
        thin(\.workload.operations)
        thin(\.workload.events)
        thin(\.workload.starts)
    }

    private mutating func shrinkFaults() {
        thin(\.disturbances)
        thin(\.rates)
        attempt { $0.temper = .calm }
        attempt { ($0.actionLimit, $0.idleLimit) = (256, 10_000) }
    }

    // MARK: - Definitions

    private mutating func shrinkTexts() {
        while smallest.texts.count > 1, dropLastWorkflow() {}
        for workflow in smallest.texts.indices {
            var line = 0
            while line < smallest.lines(of: workflow).count {
                if !remove(blockAt: line, of: workflow) { line += 1 }
            }
        }
    }

    private mutating func dropLastWorkflow() -> Bool {
        let texts = Array(smallest.texts.dropLast())
        guard let graphs = try? RandomProject.compile(texts) else { return false }
        return attempt { scenario in
            scenario.texts = texts
            scenario.graphs = graphs
            scenario.workload.starts.removeAll { start in !graphs.contains { $0.workflow == start.workflow } }
        }
    }

    /// A line with all that is indented further below it.
    private mutating func remove(blockAt line: Int, of workflow: Int) -> Bool {
        var lines = smallest.lines(of: workflow)
        func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }
        var end = line + 1
        while end < lines.count, indent(lines[end]) > indent(lines[line]) { end += 1 }
        lines.removeSubrange(line..<end)
        var texts = smallest.texts
        texts[workflow] = lines.joined(separator: "\n") + "\n"
        guard let graphs = try? RandomProject.compile(texts) else { return false }
        return attempt { scenario in
            scenario.texts = texts
            scenario.graphs = graphs
        }
    }
}

extension Scenario {
    /// What there is to read in it.
    package var size: Int {
        texts.indices.reduce(0) { $0 + lines(of: $1).count } + workload.starts.count + workload.events.count
            + workload.operations.count + disturbances.count + rates.count
    }

    package var lineCount: Int { texts.indices.reduce(0) { $0 + lines(of: $1).count } }

    func lines(of workflow: Int) -> [String] { texts[workflow].split(separator: "\n").map(String.init) }
}
