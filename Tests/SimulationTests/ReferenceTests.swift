import Foundation
import Simulation
import Testing
import WorkflowJournal

/// The engine against a second reading of the language (I25). `WFRUN_SEED=n` compares one seed, `WFRUN_SEEDS=n` as many.
struct ReferenceTests {
    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    private static var seeds: ClosedRange<UInt64> {
        if let seed = environment["WFRUN_SEED"].flatMap(UInt64.init) { return seed...seed }
        return 1...max(1, environment["WFRUN_SEEDS"].flatMap(UInt64.init) ?? 300)
    }

    @Test func `Without faults the engine does what the reference interpreter says`() throws {
        try compareAll(ReferenceComparison.compare)
    }

    @Test func `Without faults instances come through a gate as the reference says`() throws {
        try compareAll(ReferenceComparison.compareGate)
    }

    private func compareAll(_ compare: (UInt64) throws -> ReferenceComparison.Report) throws {
        var differing: [ReferenceComparison.Report] = []
        var calls = 0
        var endings: [String: Int] = [:]
        for seed in Self.seeds {
            let report = try compare(seed)
            calls += report.calls
            for ending in report.endings { endings[ending.rawValue, default: 0] += 1 }
            if report.difference != nil { differing.append(report) }
        }
        print("reference: \(Self.seeds.count) seeds, \(calls) calls, \(endings.sorted { $0.key < $1.key })")
        for report in differing.prefix(3) {
            print(report)
            print("  repeat it: WFRUN_SEED=\(report.seed) scripts/test --filter ReferenceTests")
        }
        #expect(
            differing.isEmpty, "\(differing.count) of \(Self.seeds.count) seeds differ: \(differing.map(\.seed).prefix(20))")
    }
}
