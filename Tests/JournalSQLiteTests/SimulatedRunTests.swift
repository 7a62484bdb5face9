import JournalSQLite
import Simulation
import Testing
import Values
import WorkflowJournal

/// Random runs of the simulator, once in memory and once in a file that is closed and opened in each life of the server: the
/// same journals (guarantees.md I26).
@Suite struct SimulatedRunTests {
    @Test(arguments: [1...30, 401...430, 1_201...1_230] as [ClosedRange<UInt64>])
    func `A random run leaves the same in a file as in memory`(seeds: ClosedRange<UInt64>) throws {
        var kills = 0
        for seed in seeds {
            let folder = TemporaryFolder()
            let file = SimulatedStore.file { clock throws(JournalError) in
                try SQLiteJournal.open(path: folder.file("wfrun.db"), durability: .normal, clock: clock)
            }
            let scenario = try Scenario.drawn(seed)
            let (inMemory, inFile) = (try SimulationRun.run(scenario, in: .memory), try SimulationRun.run(scenario, in: file))
            #expect(inFile.report.description == inMemory.report.description)
            #expect(inFile.report.violation == nil)
            #expect(inFile.contents.events == inMemory.contents.events, "seed \(seed)")
            for (one, other) in zip(inMemory.contents.instances, inFile.contents.instances) {
                #expect(one == other, "seed \(seed), \(one.detail?.summary.id.text ?? "")")
            }
            #expect(inFile.contents == inMemory.contents, "seed \(seed)")
            kills += inFile.report.kills
        }
        #expect(kills > 100)
    }
}
