import Foundation
import Simulation
import Testing

/// The checker's own test: every bug built in on purpose is caught, and soon.
struct DeliberateBugTests {
    private static let mostSeeds: UInt64 = 4_000

    @Test(arguments: DeliberateBug.allCases)
    func `A deliberate bug is caught`(_ bug: DeliberateBug) throws {
        for seed in 1...Self.mostSeeds {
            // Random clients hardly ever hit the milliseconds in which this one shows.
            let report =
                bug == .timeoutIgnoresEarlierEvent
                ? try SimulationRun.race(seed: seed, bug: bug) : try SimulationRun.random(seed: seed, bug: bug)
            guard let violation = report.violation else { continue }
            print("| \(bug.summary) | \(violation.invariant) | \(seed) |")
            return
        }
        Issue.record("\(bug.rawValue) was not caught within \(Self.mostSeeds) seeds")
    }
}
