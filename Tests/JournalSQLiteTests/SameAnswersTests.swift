import JournalContract
import JournalMemory
import JournalSQLite
import Testing
import Values
import WorkflowJournal

/// The two stores are one: whatever is written, in whatever order, both answer alike and hold the same (guarantees.md I26).
@Suite struct SameAnswersTests {
    @Test(arguments: 1...12)
    func `random writes have the same outcomes and leave the same in both stores`(seed: UInt64) throws {
        let pair = try StorePair()
        var writes = RandomWrites(seed: seed)
        for round in 1...60 {
            pair.clock.advance(seconds: Int64(writes.number(below: 3)))
            let batch = try writes.batch(for: pair)
            try pair.write(batch, "seed \(seed), round \(round)")
            if writes.number(below: 12) == 0 { try pair.kill(on: writes.suspects(of: pair)) }
            if round.isMultiple(of: 6) { try pair.compare("seed \(seed), round \(round): \(batch)") }
        }
    }
}

/// Both stores on one clock, asked and told the same.
final class StorePair {
    let clock = ManualClock()
    let folder = TemporaryFolder()
    private var copies = 0
    private(set) var memory: MemoryJournal
    private(set) var sqlite: SQLiteJournal

    static let definitions = ["one", "two"].map { name in
        DefinitionRecord(
            digest: ContentDigest(of: name.utf8), workflow: "w", semantics: 1, sources: [],
            matchSets: [MatchSet(event: "paid", paths: ["n"])],
            retention: name == "two" ? [.completed: TimeSpan(microseconds: 4_000_000)] : [:])
    }
    static let config: Value = ["a": 1]

    init() throws {
        let clock = clock
        memory = MemoryJournal { clock.now }
        sqlite = try SQLiteJournal.open(path: folder.file("0.db"), durability: .normal, clock: { clock.now })
        try open()
        try write(Self.definitions.map(JournalWrite.define) + [.configure(Self.config)], "set-up")
    }

    private func open() throws {
        #expect(try memory.open(node: "n") == sqlite.open(node: "n"))
    }

    /// Both lose their process while it works on these.
    func kill(on suspects: [InstanceKey]) throws {
        for (worker, suspect) in zip(Worker.allCases, suspects) {
            for store in [memory, sqlite] as [any JournalStore] { store.noteWork(on: suspect, by: worker) }
        }
        let clock = clock
        memory = MemoryJournal(restoring: memory.snapshot) { clock.now }
        copies += 1
        try folder.copyDatabase("\(copies - 1).db", to: "\(copies).db")
        sqlite = try SQLiteJournal.open(path: folder.file("\(copies).db"), durability: .normal, clock: { clock.now })
        try open()
    }

    func write(_ batch: [JournalWrite], _ place: String) throws {
        let (one, two) = (try memory.write(batch), try sqlite.write(batch))
        try #require(one == two, "outcomes: \(differences(one, two)) after \(place): \(batch)")
    }

    /// The answer both give.
    func ask<Answer: Equatable>(_ question: (any JournalStore) throws -> Answer) throws -> Answer {
        let answer = try question(memory)
        let other = try question(sqlite)
        try #require(answer == other)
        return answer
    }

    func compare(_ place: String) throws {
        func same<Answer: Equatable>(_ what: String, _ question: (any JournalStore) throws -> Answer) throws {
            let (one, two) = (try question(memory), try question(sqlite))
            try #require(one == two, "\(what): \(differences(one, two)) after \(place)")
        }
        try same("list") { try $0.instances(matching: InstanceFilter(), after: nil, limit: 1_000) }
        try same("counts") { try $0.counts() }
        try same("schedules") { try $0.schedules() }
        for schedule in try memory.schedules() {
            try same("firings") { try $0.firings(of: schedule.name, limit: 1_000) }
        }
        try same("events") { try $0.events(named: nil, limit: 1_000) }
        for event in try memory.events(named: nil, limit: 20) {
            try same("takers") { try $0.takers(of: event.sequence) }
        }
        for summary in try memory.instances(matching: InstanceFilter(), after: nil, limit: 1_000) {
            let id = summary.id
            try same("rows") { try $0.storedInstance(id) }
            try same("detail") { try $0.instance(id) }
            try same("runs") { try $0.runs(of: id) }
            try same("children") { try $0.children(of: id) }
            try same("gate") { try $0.gatePosition(of: id) }
            try same("logs") { try $0.logs(of: id, after: 0, limit: 100) }
            for run in 1...summary.run { try same("run \(run)") { try $0.steps(of: id, run: run) } }
            guard !summary.status.isTerminal else { continue }
            try same("claim") { try $0.claim(summary.key) }
            guard let claim = try memory.claim(summary.key) else { continue }
            try same("inbox") { try $0.inbox(claim, limit: 2) }
            for store in [memory, sqlite] as [any JournalStore] { try store.release([claim]) }
        }
        let claims = try ask { try $0.claim(limit: 5) }
        for store in [memory, sqlite] as [any JournalStore] { try store.release(claims) }
    }
}

/// The lines in which two values differ.
private func differences<Answer>(_ one: Answer, _ two: Answer) -> String {
    func lines(_ answer: Answer) -> [Substring] {
        var text = ""
        dump(answer, to: &text)
        // The lines of whole structures say what their members say again.
        return text.split(separator: "\n").filter { !$0.contains("▿") }
    }
    return lines(one).difference(from: lines(two)).map { "\($0)" }.joined(separator: "; ")
}

/// Writes of every kind, mostly possible ones, over a few instances, steps, gates and events.
struct RandomWrites {
    private var state: UInt64
    private var instances = 0
    private var events = 0

    init(seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 }

    /// SplitMix64.
    mutating func number(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(limit))
    }

    private mutating func chance(_ one: Int) -> Bool { number(below: one) == 0 }

    private mutating func one<Element>(of elements: [Element]) -> Element { elements[number(below: elements.count)] }

    static func id(_ number: Int) -> InstanceID {
        InstanceID(at: Timestamp(microseconds: 1_800_000_000_000_000), random: (UInt64(number), UInt64(number) << 8))
    }

    private mutating func someID() -> InstanceID { Self.id(number(below: instances + 1) + 1) }

    mutating func batch(for pair: StorePair) throws -> [JournalWrite] {
        try (0...number(below: 3)).map { _ in try write(for: pair) }
    }

    private mutating func write(for pair: StorePair) throws -> JournalWrite {
        let time = pair.memory.now()
        switch number(below: 24) {
        case 22, 23: return .remove(removal())
        case 0: return .transition(start(at: time))
        case 1, 2, 3: return .enqueue(new(at: time, keyed: true))
        case 4, 5: return .accept(sent(at: time, source: "shop"))
        case 6, 7, 8: return .request(InstanceRequest(instance: someID(), kind: kind()))
        case 20, 21: return .schedule(try advance(ofScheduleIn: pair, at: time))
        case 9, 10: return try revival(for: pair, at: time).map(JournalWrite.transition) ?? .enqueue(new(at: time, keyed: true))
        default: return try advance(for: pair, at: time).map(JournalWrite.transition) ?? .enqueue(new(at: time, keyed: true))
        }
    }

    /// With ages that some of what is there has reached.
    private mutating func removal() -> RemovalOrder {
        func age() -> TimeSpan { TimeSpan(microseconds: Int64(number(below: 12)) * 1_000_000) }
        var order = RemovalOrder()
        for status in [InstanceStatus.completed, .failed, .cancelled] where chance(2) { order.instances[status] = age() }
        if chance(2) { order.events = age() }
        return order
    }

    /// Whom a death finds at work: mostly the same ones, so that some are quarantined.
    mutating func suspects(of pair: StorePair) throws -> [InstanceKey] {
        let all = try pair.memory.instances(matching: InstanceFilter(), after: nil, limit: 1_000).map(\.key).sorted()
        return all.isEmpty ? [] : [all[number(below: min(3, all.count))], all[number(below: all.count)]]
    }

    private mutating func advance(ofScheduleIn pair: StorePair, at time: Timestamp) throws -> ScheduleAdvance {
        let name = ScheduleName(workflow: "w", trigger: one(of: ["UTC 0 * * * *", "UTC 30 * * * *"]))
        let known = try pair.memory.schedules().first { $0.name == name }?.position
        func instant(_ minutes: Int) -> Timestamp {
            Timestamp(microseconds: (known ?? time).microseconds + Int64(minutes) * 60_000_000)
        }
        var firings: [ScheduleAdvance.Firing] = []
        for minute in 1...4 where chance(2) {
            let decision: ScheduleAdvance.Decision =
                chance(3)
                ? .skip(one(of: [.missed, .expired, .input]), detail: chance(2) ? "because" : nil)
                : .start(new(at: time, keyed: true), one(of: [.allow, .skip, .replace]))
            firings.append(.init(instant: instant(chance(30) ? 1 : minute), decision: decision))
        }
        return ScheduleAdvance(
            name: name, expected: chance(10) ? time : known, position: instant(chance(20) ? -1 : 5), isActive: !chance(4),
            firings: firings)
    }

    private mutating func kind() -> InstanceRequest.Kind {
        switch number(below: 6) {
        case 0, 1: .cancel(CancelRequest(reason: "r\(number(below: 3))", compensates: chance(2)))
        case 2: .forceCancel(CancelRequest(reason: "force"))
        case 3, 4: .resume(reason: chance(2) ? nil : "go on")
        default: .pause(reason: chance(2) ? nil : "wait")
        }
    }

    private mutating func gate() -> GateRequest? {
        guard chance(2) else { return nil }
        return GateRequest(
            workflow: "w", key: one(of: ["", "eu"]), limit: number(below: 4),
            overflow: one(of: [.queue, .queue, .reject, .replace]))
    }

    private mutating func new(at time: Timestamp, keyed: Bool = false) -> NewInstance {
        instances += chance(10) ? 0 : 1
        var new = NewInstance(
            id: Self.id(max(1, instances)), workflow: "w",
            digest: chance(25) ? ContentDigest(of: "unknown".utf8) : one(of: StorePair.definitions).digest,
            input: ["n": .int(Int64(number(below: 2)))], config: ContentDigest(of: StorePair.config),
            labels: chance(2) ? ["region": one(of: ["eu", "us"])] : [:], trigger: ["type": "api"], depth: number(below: 3),
            eventDepth: number(below: 3), createdAt: time)
        new.gate = gate()
        if keyed && chance(6) { new.callerKey = one(of: ["a", "b", "c"]) }
        if keyed && chance(6) {
            new.request = IdempotentRequest(
                key: one(of: ["x", "y"]), bodyDigest: ContentDigest(of: one(of: ["1", "2"]).utf8))
        }
        return new
    }

    private mutating func sent(at time: Timestamp, source: String) -> SentEvent {
        events += chance(5) ? 0 : 1
        let event = NewEvent(
            id: "e\(events)", name: one(of: ["paid", "scanned"]), source: source, data: ["n": .int(Int64(number(below: 2)))])
        return SentEvent(event: event, starts: chance(3) ? [new(at: time)] : [])
    }

    private mutating func wait(_ key: String) -> WaitRow {
        let matches: [EventMatch] =
            switch number(below: 4) {
            case 0: [EventMatch(event: "paid", key: MatchSet(event: "paid", paths: ["n"]).key(ofValues: [1]))]
            case 1: ["scanned", "paid"].map { EventMatch(event: $0, key: MatchSet(event: $0, paths: []).key(ofValues: [])) }
            default: [EventMatch(event: "paid", key: MatchSet(event: "paid", paths: []).key(ofValues: []))]
            }
        return WaitRow(key: MemoKey(key), matches: matches, scheduledSequence: number(below: 3))
    }

    private mutating func start(at time: Timestamp) -> Transition {
        var new = new(at: time, keyed: true)
        if !chance(8) { new.gate = nil }
        var transition = Transition(
            subject: .start(new), time: time, instance: .init(status: one(of: [.running, .suspended]), startedAt: time))
        transition.instance.runStartedAt = time
        if chance(2) { transition.waitsOpened = [wait("w0")] }
        if chance(3) { transition.eventsSent = [sent(at: time, source: "wfrun")] }
        if chance(3) { invoke("c0", attempt: 1, of: new.id, run: 1, in: &transition, isNew: true, at: time) }
        return transition
    }

    private mutating func advance(for pair: StorePair, at time: Timestamp) throws -> Transition? {
        let live = try pair.memory.instances(matching: InstanceFilter(), after: nil, limit: 1_000).filter {
            !$0.status.isTerminal
        }
        guard !live.isEmpty else { return nil }
        let key = one(of: live).key
        guard let claim = try pair.ask({ try $0.claim(key) }), let stored = try pair.memory.load(claim),
            let inbox = try pair.memory.inbox(claim, limit: 3)
        else { return nil }
        if chance(3) { for store in [pair.memory, pair.sqlite] as [any JournalStore] { try store.release([claim]) } }
        var transition = Transition(subject: .advance(claim), time: time, instance: stored.state)
        transition.instance.status = one(of: [.running, .suspended, .suspended, .completed, .failed, .pending])
        if transition.instance.status.isTerminal {
            transition.instance.endedAt = time
            transition.instance.output = chance(2) ? ["ok": true] : nil
            transition.instance.failure = chance(2) ? Failure(code: "x", message: "y") : nil
        }
        transition.instance.hold = chance(8) ? one(of: [.paused, .mismatch, .quarantined]) : nil
        transition.instance.marksConsumed = chance(3) ? stored.state.marksConsumed : inbox.marks
        transition.instance.consumesCancel = inbox.cancel != nil && chance(2)
        transition.instance.runStartedAt = chance(4) ? time : stored.state.runStartedAt
        moveSteps(of: stored, inbox, in: &transition, at: time)
        moveWaits(of: stored, inbox, in: &transition, at: time)
        if chance(4) {
            transition.requests = [InstanceRequest(instance: someID(), kind: .cancel(CancelRequest(reason: "parent")))]
        }
        if chance(12) { transition.rebinding = one(of: StorePair.definitions).digest }
        if chance(8) && !transition.instance.status.isTerminal {
            transition.instance.run += 1
            transition.nextRun = next(.continuedAsNew, stored)
        }
        return transition
    }

    private mutating func revival(for pair: StorePair, at time: Timestamp) throws -> Transition? {
        let all = try pair.memory.instances(matching: InstanceFilter(), after: nil, limit: 1_000)
        guard !all.isEmpty, let stored = try pair.ask({ [id = one(of: all).id] in try $0.storedInstance(id) }) else {
            return nil
        }
        var transition = Transition(
            subject: .revive(stored.claim.id, version: stored.claim.version), time: time,
            instance: .init(status: .running, run: stored.state.run + 1, startedAt: stored.state.startedAt))
        transition.nextRun = next(.retried, stored)
        transition.nextRun?.gate = gate()
        if chance(2) { transition.waitsOpened = [wait("w9")] }
        return transition
    }

    private mutating func next(_ kind: Transition.NextRun.Kind, _ stored: StoredInstance) -> Transition.NextRun {
        let kept = kind == .retried ? stored.steps.filter { $0.status.isFinal && $0.key.text != "c1" } : []
        return Transition.NextRun(
            kind: kind, reason: chance(2) ? "because" : nil,
            digest: chance(20) ? ContentDigest(of: "unknown".utf8) : one(of: StorePair.definitions).digest,
            input: ["n": .int(Int64(number(below: 5)))], config: ContentDigest(of: StorePair.config),
            labels: chance(2) ? ["region": one(of: ["eu", "us"])] : [:], kept: kept, keptSequence: kept.count,
            occurrences: chance(2) ? ["a": 1] : [:])
    }

    private mutating func moveSteps(
        of stored: StoredInstance, _ inbox: InstanceInbox, in transition: inout Transition, at time: Timestamp
    ) {
        for row in stored.steps where !row.status.isFinal && chance(4) {
            var row = row
            if chance(3) { row.attempt += 1 } else { row.status = one(of: [.completed, .failed, .cancelled]) }
            transition.steps.append(.update(row))
        }
        let key = "c\(number(below: 4))"
        let known = stored.steps.first { $0.key.text == key }
        if known == nil && chance(2) {
            invoke(key, attempt: 1, of: stored.claim.id, run: stored.state.run, in: &transition, isNew: true, at: time)
        } else if let known, chance(4) {
            invoke(
                key, attempt: known.attempt, of: stored.claim.id, run: stored.state.run, in: &transition,
                isNew: chance(15), at: time)
        }
        if chance(2) { transition.childEndsTaken = inbox.childEnds.map(\.child) }
    }

    private mutating func invoke(
        _ key: String, attempt: Int, of parent: InstanceID, run: Int, in transition: inout Transition, isNew: Bool,
        at time: Timestamp
    ) {
        if isNew {
            transition.steps.append(
                .insert(
                    StepRow(
                        key: MemoKey(key), verb: .invoke, action: "w", status: .running, scheduledSequence: 0,
                        attempt: attempt, scheduledAt: time)))
        }
        var child = new(at: time)
        child.parent = ParentLink(
            instance: parent, run: run, step: MemoKey(key), attempt: attempt, isDetached: chance(5))
        transition.children.append(child)
    }

    private mutating func moveWaits(
        of stored: StoredInstance, _ inbox: InstanceInbox, in transition: inout Transition, at time: Timestamp
    ) {
        var taken = Set<EventSequence>()
        for candidates in inbox.candidates where chance(2) {
            guard let event = candidates.events.first, taken.insert(event.sequence).inserted else { continue }
            if chance(3) {
                transition.waitsExamined.append(.init(wait: candidates.wait, through: event.sequence))
            } else {
                transition.eventsTaken.append(.init(wait: candidates.wait, event: event.sequence))
                transition.steps.append(
                    .insert(
                        StepRow(
                            key: MemoKey("\(candidates.wait)-\(event.sequence.number)"), verb: .wait, status: .completed,
                            scheduledSequence: 0, completedSequence: 1, scheduledAt: time)))
            }
        }
        for wait in stored.waits where chance(5) && !transition.eventsTaken.contains(where: { $0.wait == wait.key }) {
            transition.waitsClosed.append(.init(key: wait.key))
        }
        let key = "w\(number(below: 3))"
        if chance(2) && !stored.waits.contains(where: { $0.key.text == key }) || chance(30) {
            transition.waitsOpened.append(wait(key))
        }
        if chance(3) {
            transition.timersSet = [TimerRow(key: MemoKey("t\(number(below: 2))"), kind: .sleep, dueAt: time)]
        }
        if chance(3) { transition.eventsSent = [sent(at: time, source: "wfrun")] }
        if chance(6) { transition.logs = [LogRow(time: time, level: "info", key: nil, message: "line")] }
    }
}
