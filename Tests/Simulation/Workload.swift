import Values
import WorkflowGraph
import WorkflowJournal

/// What clients and operators do, and when.
struct Workload: Sendable {
    struct Start: Sendable {
        var at: Int64
        var workflow: String
        var input: Value
        var key: String
        /// Sent again though it was answered.
        var repetitions = 0

        init(at: Int64, workflow: String, input: Value, key: String, repetitions: Int = 0) {
            self.at = at
            self.workflow = workflow
            self.input = input
            self.key = key
            self.repetitions = repetitions
        }
    }

    struct Event: Sendable {
        var at: Int64
        var event: NewEvent
        var repetitions = 0
        /// Key of the start that must have been answered before: an event older than an instance never counts for it.
        var afterStart: String?

        init(at: Int64, event: NewEvent, repetitions: Int = 0, afterStart: String? = nil) {
            self.at = at
            self.event = event
            self.repetitions = repetitions
            self.afterStart = afterStart
        }
    }

    /// What an operator does to the instance of a start.
    struct Operation: Sendable {
        enum Act: Sendable {
            case cancel(CancelRequest)
            /// Paused, and resumed after so many microseconds.
            case pause(for: Int64)
            /// From the failure, or from one of the steps it has run, counted round.
            case retry(fromStep: Int?, upgrades: Bool)
            case upgrade
        }

        var at: Int64
        /// Of the start.
        var key: String
        var act: Act

        init(at: Int64, key: String, act: Act) {
            self.at = at
            self.key = key
            self.act = act
        }
    }

    var starts: [Start] = []
    var events: [Event] = []
    var operations: [Operation] = []

    init() {}

    static func drawn(for graphs: [StepGraph], until end: Int64, _ random: inout SeededGenerator) -> Workload {
        var workload = Workload()
        for number in 0..<(1 + random.below(6)) {
            let at = random.within(0...end / 2)
            workload.starts.append(
                .init(
                    at: at, workflow: random.pick(graphs).workflow,
                    input: ["n": .int(Int64(number)), "id": .string("i\(number / 2)")],
                    key: "start-\(number)", repetitions: random.chance(300) ? 1 + random.below(2) : 0))
            workload.drawOperations(of: "start-\(number)", begunAt: at, until: end, &random)
        }
        for number in 0..<random.below(14) {
            let isNear = random.chance(600)
            let near = random.pick(workload.starts).at + random.within(0...90_000_000)
            workload.events.append(
                .init(at: isNear ? near : random.within(0...end), event: event(number, &random), repetitions: random.below(2)))
        }
        return workload
    }

    private mutating func drawOperations(
        of key: String, begunAt at: Int64, until end: Int64, _ random: inout SeededGenerator
    ) {
        func soon() -> Int64 { at + random.within(0...5_000_000) }
        func anyTime() -> Int64 { random.within(at...end + 1) }
        if random.chance(250) {
            let request = CancelRequest(reason: "enough", compensates: random.chance(700))
            operations.append(.init(at: random.chance(500) ? soon() : anyTime(), key: key, act: .cancel(request)))
        }
        if random.chance(200) {
            let length = random.within(1_000...(random.chance(500) ? 30_000_000 : 2 * Scenario.hour))
            operations.append(.init(at: random.chance(600) ? soon() : anyTime(), key: key, act: .pause(for: length)))
        }
        for _ in 0..<(random.chance(350) ? 1 + random.below(2) : 0) {
            let step = random.chance(400) ? random.below(8) : nil
            operations.append(
                .init(at: anyTime() + 60_000_000, key: key, act: .retry(fromStep: step, upgrades: random.chance(250))))
        }
        if random.chance(120) { operations.append(.init(at: anyTime(), key: key, act: .upgrade)) }
    }

    private static func event(_ number: Int, _ random: inout SeededGenerator) -> NewEvent {
        var data: Value = ["id": .string("i\(random.below(3))"), "good": .bool(random.chance(700))]
        if random.chance(60) { data = ["id": "i0"] }
        if random.chance(40) { data = ["id": "i0", "good": "yes"] }
        let name = random.chance(200) ? "note" : random.chance(700) ? "ping" : "pong"
        return NewEvent(id: "e\(number)", name: name, source: "test", data: data)
    }
}
