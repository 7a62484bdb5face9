import Foundation
import JournalContract
import JournalSQLite
import Testing
import Values
import WorkflowJournal

/// A measurement, not a gate: `WFRUN_MEASURE=1 swift test -c release --filter ThroughputTests` prints it.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WFRUN_MEASURE"] != nil)) struct ThroughputTests {
    static let definition = DefinitionRecord(
        digest: ContentDigest(of: "w".utf8), workflow: "w", semantics: 1, sources: [], matchSets: [])

    /// Instances that move in batches of 100 transitions, each finishing one step and announcing the next.
    @Test(arguments: [SQLiteJournal.Durability.full, .normal])
    func `transitions cost`(durability: SQLiteJournal.Durability) throws {
        let folder = TemporaryFolder()
        let journal = try SQLiteJournal.open(path: folder.file("one.db"), durability: durability)
        _ = try journal.open(node: "one")
        _ = try journal.write([.define(Self.definition), .configure([:])])
        var claims: [Claim] = []
        for batch in 0..<10 {
            claims += try self.claims(of: journal.write((0..<100).map { start($0 + batch * 100, journal) }))
        }
        let rounds = 50
        let (wall, cpu) = (Measure.wall, Measure.cpu)
        for round in 0..<rounds {
            for batch in stride(from: 0, to: claims.count, by: 100) {
                let outcomes = try journal.write(claims[batch..<(batch + 100)].map { advance($0, round, journal) })
                for (offset, claim) in try self.claims(of: outcomes).enumerated() { claims[batch + offset] = claim }
            }
        }
        let count = Double(rounds * claims.count)
        print(
            "\(durability): \(Int(count / (Measure.wall - wall))) transitions/s, \((Measure.cpu - cpu) / count * 1e6) µs CPU each"
        )
    }

    private func claims(of outcomes: [WriteOutcome]) throws -> [Claim] {
        try outcomes.map { outcome in
            guard case .committed(let committed) = outcome else { throw JournalError(.failed, "\(outcome)") }
            return committed.claim
        }
    }

    private func step(_ round: Int, _ status: StepStatus, _ journal: SQLiteJournal) -> StepRow {
        let time = journal.now()
        return StepRow(
            key: MemoKey("step-\(round)"), verb: .call, action: "random.uuid", status: status,
            inputDigest: Self.definition.digest, scheduledSequence: round, completedSequence: status.isFinal ? round + 1 : nil,
            attempt: 1, output: status.isFinal ? ["uuid": "01a3185c-5000-7100-8001-000000000000"] : nil, scheduledAt: time,
            startedAt: time, completedAt: status.isFinal ? time : nil)
    }

    private func start(_ number: Int, _ journal: SQLiteJournal) -> JournalWrite {
        let new = NewInstance(
            id: InstanceID(at: journal.now(), random: (0, UInt64(number) << 8)), workflow: "w", digest: Self.definition.digest,
            input: ["n": 1], config: ContentDigest(of: [:] as Value), trigger: ["type": "api"], createdAt: journal.now())
        var transition = Transition(subject: .start(new), time: journal.now(), instance: .init(status: .running))
        transition.steps = [.insert(step(0, .running, journal))]
        return .transition(transition)
    }

    private func advance(_ claim: Claim, _ round: Int, _ journal: SQLiteJournal) -> JournalWrite {
        var transition = Transition(subject: .advance(claim), time: journal.now(), instance: .init(status: .running))
        transition.instance.lastSequence = round + 1
        transition.steps = [.update(step(round, .completed, journal)), .insert(step(round + 1, .running, journal))]
        return .transition(transition)
    }
}

private enum Measure {
    static var wall: Double { seconds(CLOCK_MONOTONIC) }
    static var cpu: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
