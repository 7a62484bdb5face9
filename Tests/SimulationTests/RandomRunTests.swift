import Foundation
import Simulation
import Testing

/// Many seeds of random definitions, faults and clients. `WFRUN_SEED=n` runs one, `WFRUN_SEEDS=n` the first n,
/// `WFRUN_SEEDS=a-b` those from a to b.
struct RandomRunTests {
    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    private static var seeds: ClosedRange<UInt64> {
        if let seed = environment["WFRUN_SEED"].flatMap(UInt64.init) { return seed...seed }
        let given = (environment["WFRUN_SEEDS"] ?? "").split(separator: "-").compactMap { UInt64($0) }
        if given.count == 2, given[0] <= given[1] { return given[0]...given[1] }
        return 1...max(1, given.first ?? 2_000)
    }

    /// Sums over all seeds.
    private struct Totals {
        var numbers: [String: Int] = [:]
        var rare: [String: Int] = [:]
        var failed: [SimulationRun.Report] = []

        mutating func add(_ report: SimulationRun.Report) {
            let counts = [
                "store operations": report.operations, "commits": report.commits, "faults": report.faults,
                "kills": report.kills, "executions": report.executions, "instances": report.instances, "ended": report.ended,
            ]
            numbers.merge(counts, uniquingKeysWith: +)
            rare.merge(report.rare, uniquingKeysWith: +)
            if report.violation != nil { failed.append(report) }
        }
    }

    @Test func `Random runs keep every promise, and end once the faults do`() async throws {
        let reports = try await SimulationRun.random(seeds: Self.seeds)
        var totals = Totals()
        for report in reports { totals.add(report) }
        print("simulation: \(Self.seeds.count) seeds, \(totals.numbers.sorted { $0.key < $1.key })")
        for (what, count) in totals.rare.sorted(by: { $0.key < $1.key }) { print("  \(what): \(count)") }
        for report in totals.failed.prefix(20) {
            print(report)
            print("  repeat it: WFRUN_SEED=\(report.seed) scripts/test --filter RandomRunTests")
        }
        if Self.seeds.count == 1, let failed = totals.failed.first { try explain(failed) }
        #expect(totals.failed.isEmpty, "\(totals.failed.count) of \(Self.seeds.count) seeds broke a promise")
    }

    /// The smallest scenario that fails like this seed, and what happened in it.
    private func explain(_ failed: SimulationRun.Report) throws {
        var shrinking = Shrinking(try Scenario.drawn(failed.seed), breaking: failed.violation?.invariant ?? "")
        let smallest = shrinking.shrink()
        print("the smallest of \(shrinking.runs) variations that fails alike:", smallest, separator: "\n")
        let report = SimulationRun.run(smallest)
        print(report, report.account ?? "", separator: "\n")
    }

    private func firstFailure(_ bug: DeliberateBug) throws -> SimulationRun.Report? {
        for seed in 1...500 as ClosedRange<UInt64> {
            let report = try SimulationRun.random(seed: seed, bug: bug)
            if report.violation != nil { return report }
        }
        return nil
    }

    @Test func `A failing seed shrinks to a small definition`() throws {
        for (bug, mostLines) in [(DeliberateBug.undoLeftOut, 24), (.deadlineForgotten, 16), (.triggersIgnored, 32)] {
            let report = try #require(try firstFailure(bug))
            let invariant = try #require(report.violation).invariant
            let whole = try Scenario.drawn(report.seed)
            var shrinking = Shrinking(whole, breaking: invariant, bug: bug)
            let smallest = shrinking.shrink()
            print(
                "\(bug.rawValue): \(whole.size) to \(smallest.size) in \(shrinking.runs) runs, \(smallest.lineCount) lines of YAML"
            )
            #expect(SimulationRun.run(smallest, bug: bug).violation?.invariant == invariant)
            #expect(smallest.lineCount <= mostLines, "\(smallest)")
        }
    }

    @Test func `An event never loses to a timeout that came after it`() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let report = try SimulationRun.race(seed: seed)
            #expect(report.violation == nil, "\(report)")
            #expect(report.ended == 20)
        }
    }

    @Test func `The same seed is the same run`() throws {
        for seed in [3, 17, 40] as [UInt64] {
            let (one, other) = (try SimulationRun.random(seed: seed), try SimulationRun.random(seed: seed))
            #expect(one.description == other.description)
            #expect(one.rare == other.rare)
        }
    }
}
