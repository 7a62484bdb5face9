import Foundation
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
            let lives = JournalLives(path: folder.file("wfrun.db"))
            let file = SimulatedStore.file { clock throws(JournalError) in try lives.next(clock) }
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

/// A file that is opened again after a kill. It is closed in order before, so that nothing of the last life is in the way of the
/// next one; what it noted of its work stays, as a kill leaves it.
private final class JournalLives {
    private let path: String
    private var journal: SQLiteJournal?

    init(path: String) { self.path = path }

    func next(_ clock: @escaping @Sendable () -> Timestamp) throws(JournalError) -> any JournalStore {
        if let journal {
            let marker = URL(filePath: path + ".working")
            let noted = try? Data(contentsOf: marker)
            journal.close()
            self.journal = nil
            try? noted?.write(to: marker)
        }
        let next = try SQLiteJournal.open(path: path, durability: .normal, clock: clock)
        journal = next
        return next
    }
}
