import Foundation
import Simulation
import Testing

/// Many seeds of random definitions, faults and clients. `WFRUN_SEED=n` runs one, `WFRUN_SEEDS=n` as many.
struct RandomRunTests {
    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    private static var seeds: ClosedRange<UInt64> {
        if let seed = environment["WFRUN_SEED"].flatMap(UInt64.init) { return seed...seed }
        return 1...max(1, environment["WFRUN_SEEDS"].flatMap(UInt64.init) ?? 300)
    }

    @Test func `Random runs keep every promise, and end once the faults do`() throws {
        var totals = (operations: 0, faults: 0, kills: 0, executions: 0, instances: 0, ended: 0)
        var failed: [SimulationRun.Report] = []
        for seed in Self.seeds {
            let report = try SimulationRun.random(seed: seed)
            totals.operations += report.operations
            totals.faults += report.faults
            totals.kills += report.kills
            totals.executions += report.executions
            totals.instances += report.instances
            totals.ended += report.ended
            if report.violation != nil { failed.append(report) }
        }
        print("simulation: \(Self.seeds.count) seeds, \(totals)")
        for report in failed.prefix(20) {
            print(report)
            print("  repeat it: WFRUN_SEED=\(report.seed) scripts/test --filter RandomRunTests")
        }
        #expect(failed.isEmpty, "\(failed.count) of \(Self.seeds.count) seeds broke a promise")
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
            #expect(try SimulationRun.random(seed: seed).description == SimulationRun.random(seed: seed).description)
        }
    }
}
