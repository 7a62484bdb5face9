import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let scheduleClauses: [Clause] = [
        Clause("a schedule is registered once and goes on from where it is, and nowhere else") { bench throws in
            #expect(try bench.scheduled(to: 0) == .init(firings: [], woken: []))
            #expect(try bench.schedule(to: 1) == .stale)
            #expect(try bench.schedule(from: 1, to: 2) == .stale)
            #expect(try bench.store.schedules() == [bench.stored(at: 0)])
            try bench.scheduled(from: 0, to: 3)
            #expect(try bench.schedule(from: 0, to: 4) == .stale)
            #expect(try bench.killed().store.schedules() == [bench.stored(at: 3)])
        },
        Clause("schedules are one by workflow and trigger, and listed by name") { bench throws in
            let names = [("orders", "UTC 0 5 * * *"), ("orders", "UTC 0 4 * * *"), ("billing", "UTC 0 5 * * *")]
                .map { ScheduleName(workflow: $0.0, trigger: $0.1) }
            for (minute, name) in names.enumerated() {
                _ = try bench.write(.schedule(ScheduleAdvance(name: name, expected: nil, position: bench.minute(minute))))
            }
            #expect(try bench.store.schedules().map(\.name) == [names[2], names[1], names[0]])
            #expect(try bench.store.schedules().map(\.position) == [2, 1, 0].map(bench.minute))
            #expect(try bench.store.firings(of: names[0], limit: 10).isEmpty)
        },
        Clause("what a firing starts is pending, can be claimed, and is on record, after a crash too") { bench throws in
            try bench.scheduled(to: 0)
            bench.clock.advance(seconds: 90)
            let outcome = try bench.scheduled(from: 0, to: 2, [bench.start(1, at: 1)])
            let row = FiringRow(
                instant: bench.minute(1), instance: Bench.id(1), skip: nil, decidedAt: bench.store.now())
            #expect(try outcome == .init(firings: [row], woken: [bench.key(1)]))
            let after = try bench.killed()
            #expect(try after.store.schedules() == [bench.stored(at: 2, latest: 1)])
            #expect(try after.store.firings(of: Bench.schedule, limit: 10) == [row])
            let claims = try after.store.claim(limit: 10)
            #expect(claims.map(\.id) == [Bench.id(1)])
            let stored = try after.load(claims[0])
            #expect(stored.state.status == .pending && stored.trigger == ["type": "cron"] && stored.input == ["n": 1])
            #expect(try after.store.counts() == [InstanceCount(workflow: "orders", status: .pending, count: 1)])
        },
        Clause("an advance of a position that the schedule has left starts nothing") { bench throws in
            try bench.scheduled(to: 0)
            try bench.scheduled(from: 0, to: 2, [bench.start(1, at: 1)])
            #expect(try bench.schedule(from: 0, to: 2, [bench.start(2, at: 1)]) == .stale)
            #expect(try bench.store.instance(Bench.id(2)) == nil && bench.store.claim(limit: 10).count == 1)
            #expect(try bench.store.firings(of: Bench.schedule, limit: 10).map(\.instance) == [Bench.id(1)])
        },
        Clause("a schedule goes on twice in one batch") { bench throws in
            let advances = [
                bench.advance(to: 0), bench.advance(from: 0, to: 1, [bench.start(1, at: 1)]),
                bench.advance(from: 1, to: 2, [bench.start(2, at: 2, .skip)]), bench.advance(from: 1, to: 3),
            ]
            let outcomes = try bench.store.write(advances.map(JournalWrite.schedule))
            #expect(outcomes.compactMap(\.firings).map { $0.map(\.skip) } == [[], [nil], [.overlap]])
            #expect(outcomes[3] == .stale)
            #expect(try bench.store.schedules() == [bench.stored(at: 2, latest: 1)])
        },
        Clause("a caller's keys are not for instances of a schedule") { bench throws in
            try bench.scheduled(to: 0)
            let request = IdempotentRequest(key: "k", bodyDigest: ContentDigest(of: "body".utf8))
            let firing = bench.start(1, at: 1) {
                $0.callerKey = "mine"
                $0.request = request
            }
            try bench.scheduled(from: 0, to: 1, [firing])
            #expect(try bench.summary(1).callerKey == nil)
            let other = try bench.enqueued(2) {
                $0.callerKey = "mine"
                $0.request = request
            }
            #expect(other.id == Bench.id(2))
        },
        Clause("an instance that was there already is what the firing started, and replaces nobody") { bench throws in
            try bench.enqueued(1)
            try bench.scheduled(to: 0)
            try bench.scheduled(from: 0, to: 1, [bench.start(2, at: 1)])
            let outcome = try bench.scheduled(from: 1, to: 2, [bench.start(1, at: 2, .replace)])
            #expect(outcome.firings.map(\.instance) == [Bench.id(1)] && outcome.woken.isEmpty)
            #expect(try bench.inbox(bench.claim(2)).cancel == nil)
            #expect(try bench.store.schedules() == [bench.stored(at: 2, latest: 1)])
        },
        Clause("an instance bound to unknown content refuses the whole advance and no other write") { bench throws in
            try bench.scheduled(to: 0)
            for change: (inout NewInstance) -> Void in [
                { $0.digest = ContentDigest(of: "unknown".utf8) }, { $0.config = ContentDigest(of: "unknown".utf8) },
            ] {
                let firings = [bench.start(1, at: 1), bench.start(2, at: 2, .skip, change)]
                let advance = JournalWrite.schedule(bench.advance(from: 0, to: 2, firings))
                let outcomes = try bench.store.write([.configure(["a": 1]), advance, .configure(["a": 2])])
                #expect(outcomes[1].refusal == .quarantined)
                #expect(try bench.store.config(ContentDigest(of: ["a": 2] as Value)) != nil)
            }
            #expect(try bench.store.schedules() == [bench.stored(at: 0)])
            #expect(try bench.store.firings(of: Bench.schedule, limit: 10).isEmpty)
            #expect(try bench.store.instances(matching: InstanceFilter(), after: nil, limit: 10).isEmpty)
        },
        Clause("instants out of order or not up to the position are refused, and so is a position that goes back") {
            bench throws in
            try bench.scheduled(to: 5)
            for (position, instants) in [(4, []), (9, [5]), (9, [10]), (9, [7, 6]), (9, [7, 7])] {
                let firings = instants.map { bench.skip(at: $0, .missed) }
                #expect(try bench.schedule(from: 5, to: position, firings).refusal == .quarantined, "\(instants)")
            }
            let tooMany = (1...JournalLimits.firingsPerCommit + 1).map { bench.skip(at: 5 + $0, .missed) }
            #expect(try bench.schedule(from: 5, to: 1_000, tooMany).refusal == .quarantined)
            #expect(try bench.store.schedules() == [bench.stored(at: 5)])
            try bench.scheduled(from: 5, to: 1_000, Array(tooMany.dropLast()))
            #expect(try bench.store.firings(of: Bench.schedule, limit: 1_000).count == JournalLimits.firingsPerCommit)
        },
        Clause("firings are listed latest first, with what they started or why they did not") { bench throws in
            try bench.scheduled(to: 0)
            let firings = [
                bench.skip(at: 1, .expired), bench.skip(at: 2, .missed), bench.start(1, at: 3),
                bench.skip(at: 4, .input, "no such key 'a'"),
            ]
            try bench.scheduled(from: 0, to: 9, firings)
            bench.clock.advance(seconds: 60)
            try bench.scheduled(from: 9, to: 11, [bench.start(2, at: 10, .skip)])
            let rows = try bench.killed().store.firings(of: Bench.schedule, limit: 10)
            #expect(rows.map(\.instant) == [10, 4, 3, 2, 1].map(bench.minute))
            #expect(rows.map(\.instance) == [nil, nil, Bench.id(1), nil, nil])
            #expect(rows.map(\.skip) == [.overlap, .input, nil, .missed, .expired])
            #expect(rows.map(\.detail) == [nil, "no such key 'a'", nil, nil, nil])
            #expect(rows[0].decidedAt == bench.minute(1) && rows[1].decidedAt == bench.minute(0))
            #expect(try bench.store.firings(of: Bench.schedule, limit: 2) == Array(rows.prefix(2)))
        },
        Clause("a schedule that no definition has is kept, and goes on where it is taken up again") { bench throws in
            try bench.scheduled(to: 0)
            try bench.scheduled(from: 0, to: 1, [bench.start(1, at: 1)])
            try bench.scheduled(from: 1, to: 1, isActive: false)
            #expect(try bench.store.schedules() == [bench.stored(at: 1, isActive: false, latest: 1)])
            let after = try bench.killed()
            #expect(try after.schedule(to: 7) == .stale)
            try after.scheduled(from: 1, to: 7)
            #expect(try after.store.schedules() == [bench.stored(at: 7, latest: 1)])
            #expect(try after.store.firings(of: Bench.schedule, limit: 10).count == 1)
        },
    ]

    static let overlapClauses: [Clause] = [
        Clause("overlap allow: every instant of a commit starts an instance, in their order") { bench throws in
            try bench.scheduled(to: 0)
            let outcome = try bench.scheduled(from: 0, to: 3, (1...3).map { bench.start($0, at: $0) })
            #expect(outcome.firings.map(\.instance) == [1, 2, 3].map(Bench.id))
            #expect(try outcome.woken == [1, 2, 3].map(bench.key))
            #expect(try bench.store.claim(limit: 10).map(\.id) == [1, 2, 3].map(Bench.id))
            #expect(try bench.store.schedules()[0].latest == Bench.id(3))
        },
        Clause("overlap skip: while the instance started last has not ended, nothing is started") { bench throws in
            try bench.scheduled(to: 0)
            let outcome = try bench.scheduled(from: 0, to: 3, (1...3).map { bench.start($0, at: $0, .skip) })
            #expect(outcome.firings.map(\.skip) == [nil, .overlap, .overlap])
            #expect(try outcome.woken == [bench.key(1)] && bench.store.instance(Bench.id(2)) == nil)
            try bench.ended(1)
            let next = try bench.scheduled(from: 3, to: 5, (4...5).map { bench.start($0, at: $0, .skip) })
            #expect(next.firings.map(\.instance) == [Bench.id(4), nil])
            #expect(try bench.store.schedules()[0].latest == Bench.id(4))
        },
        Clause("overlap skip asks about the instance started last, not about those before it") { bench throws in
            try bench.scheduled(to: 0)
            try bench.scheduled(from: 0, to: 2, [bench.start(1, at: 1), bench.start(2, at: 2)])
            try bench.ended(2)
            let outcome = try bench.scheduled(
                from: 2, to: 4, [bench.skip(at: 3, .missed), bench.start(3, at: 4, .skip)])
            #expect(outcome.firings.map(\.instance) == [nil, Bench.id(3)])
        },
        Clause("overlap replace: the instance started last is asked to cancel, each by the one that follows") { bench throws in
            try bench.scheduled(to: 0)
            try bench.scheduled(from: 0, to: 1, [bench.start(1, at: 1, .replace)])
            let first = try bench.advanced(bench.claim(1), status: .suspended).claim
            let outcome = try bench.scheduled(from: 1, to: 3, (2...3).map { bench.start($0, at: $0, .replace) })
            #expect(outcome.firings.map(\.instance) == [2, 3].map(Bench.id))
            #expect(try outcome.woken == [2, 1, 3].map(bench.key))
            #expect(try bench.inbox(first).cancel == .overlapped(by: Bench.id(2)))
            #expect(try bench.inbox(bench.claim(2)).cancel == .overlapped(by: Bench.id(3)))
            #expect(try bench.inbox(bench.claim(3)).cancel == nil)
        },
        Clause("overlap replace: an instance that has ended is left as it is") { bench throws in
            try bench.scheduled(to: 0)
            try bench.scheduled(from: 0, to: 1, [bench.start(1, at: 1, .replace)])
            try bench.ended(1)
            let outcome = try bench.scheduled(from: 1, to: 2, [bench.start(2, at: 2, .replace)])
            #expect(try outcome.woken == [bench.key(2)])
            #expect(try bench.store.storedInstance(Bench.id(1))?.cancel == nil)
        },
        Clause("an instant for which the gate has no place is skipped, and nobody is replaced for it") { bench throws in
            try bench.scheduled(to: 0)
            let firings = [1, 2].map { number in
                bench.start(number, at: number, .replace) { $0.gate = bench.gate("", .reject) }
            }
            let outcome = try bench.scheduled(from: 0, to: 2, firings)
            #expect(outcome.firings.map(\.skip) == [nil, .concurrency])
            #expect(try bench.inbox(bench.claim(1)).cancel == nil && bench.store.instance(Bench.id(2)) == nil)
            #expect(try bench.store.schedules()[0].latest == Bench.id(1))
            try bench.ended(1)
            let next = bench.start(3, at: 3, .replace) { $0.gate = bench.gate("", .reject) }
            #expect(try bench.scheduled(from: 2, to: 3, [next]).firings.map(\.instance) == [Bench.id(3)])
        },
        Clause("an instance that queues at its gate is started, counts as not ended, and begins when its turn comes") {
            bench throws in
            try bench.enqueued(1) { $0.gate = bench.gate() }
            try bench.scheduled(to: 0)
            let firings = [2, 3].map { number in bench.start(number, at: number, .skip) { $0.gate = bench.gate() } }
            let outcome = try bench.scheduled(from: 0, to: 3, firings)
            #expect(outcome.firings.map(\.instance) == [Bench.id(2), nil] && outcome.woken.isEmpty)
            #expect(try bench.ended(1).woken == [bench.key(2)])
        },
    ]
}

extension Bench {
    static let schedule = ScheduleName(workflow: "orders", trigger: "Europe/Berlin * * * * *")

    func minute(_ number: Int) -> Timestamp {
        Timestamp(microseconds: 1_800_000_000_000_000 + Int64(number) * 60_000_000)
    }

    func stored(at minute: Int, isActive: Bool = true, latest: Int? = nil) -> StoredSchedule {
        StoredSchedule(
            name: Self.schedule, position: self.minute(minute), isActive: isActive, latest: latest.map(Self.id))
    }

    func start(
        _ number: Int, at minute: Int, _ overlap: ScheduleAdvance.Overlap = .allow,
        _ change: (inout NewInstance) -> Void = { _ in }
    ) -> ScheduleAdvance.Firing {
        var new = new(number)
        new.trigger = ["type": "cron"]
        change(&new)
        return .init(instant: self.minute(minute), decision: .start(new, overlap))
    }

    func skip(at minute: Int, _ skip: FiringRow.Skip, _ detail: String? = nil) -> ScheduleAdvance.Firing {
        .init(instant: self.minute(minute), decision: .skip(skip, detail: detail))
    }

    func advance(
        from expected: Int? = nil, to position: Int, isActive: Bool = true, _ firings: [ScheduleAdvance.Firing] = []
    ) -> ScheduleAdvance {
        ScheduleAdvance(
            name: Self.schedule, expected: expected.map(minute), position: minute(position), isActive: isActive,
            firings: firings)
    }

    func schedule(
        from expected: Int? = nil, to position: Int, isActive: Bool = true, _ firings: [ScheduleAdvance.Firing] = []
    ) throws -> WriteOutcome {
        try write(.schedule(advance(from: expected, to: position, isActive: isActive, firings)))
    }

    /// An advance that must be accepted.
    @discardableResult
    func scheduled(
        from expected: Int? = nil, to position: Int, isActive: Bool = true, _ firings: [ScheduleAdvance.Firing] = []
    ) throws -> WriteOutcome.Scheduled {
        let outcome = try schedule(from: expected, to: position, isActive: isActive, firings)
        guard case .scheduled(let scheduled) = outcome else { throw Unexpected(outcome: outcome) }
        return scheduled
    }
}

extension WriteOutcome {
    fileprivate var firings: [FiringRow]? { if case .scheduled(let scheduled) = self { scheduled.firings } else { nil } }
}
