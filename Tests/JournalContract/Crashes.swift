import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let crashClauses: [Clause] = [
        Clause("an instance on which a worker was when the process died has crashed, once per death") { bench throws in
            for number in 1...2 { try bench.started(number, status: .running) }
            bench.clock.advance(seconds: 5)
            var after = try bench.crashed(on: 1)
            #expect(try after.crashes(of: 1) == [1] && after.crashes(of: 2).isEmpty)
            #expect(try after.store.logs(of: Bench.id(1), after: 0, limit: 10).map(\.time) == [after.store.now()])
            #expect(try after.summary(1).hold == nil)
            #expect(try after.store.claim(limit: 10).map(\.id) == [1, 2].map(Bench.id))
            after = try after.killed()
            #expect(try after.crashes(of: 1) == [1])
            after = try after.crashed(on: 1)
            #expect(try after.crashes(of: 1) == [1, 2])
        },
        Clause("each worker says what it is working on, and what it said last counts") { bench throws in
            for number in 1...4 { try bench.started(number) }
            bench.store.noteWork(on: try bench.key(1), by: .executor)
            bench.store.noteWork(on: try bench.key(2), by: .executor)
            bench.store.noteWork(on: try bench.key(3), by: .reader)
            var after = try bench.killed()
            #expect(try (1...4).map { try after.crashes(of: $0) } == [[], [1], [1], []])
            for worker in Worker.allCases { after.store.noteWork(on: try after.key(4), by: worker) }
            after = try after.killed()
            #expect(try (1...4).map { try after.crashes(of: $0) } == [[], [1], [1], [1]])
        },
        Clause("a worker that has finished, and a store that was closed, leave nobody behind") { bench throws in
            for number in 1...2 { try bench.started(number) }
            bench.store.noteWork(on: try bench.key(1), by: .executor)
            bench.store.noteWork(on: nil, by: .executor)
            let after = try bench.killed()
            #expect(try after.crashes(of: 1).isEmpty)
            after.store.noteWork(on: try after.key(2), by: .executor)
            after.store.close()
            #expect(try after.killed().crashes(of: 2).isEmpty)
        },
        Clause("a store that is opened anew counts as after a death") { bench throws in
            try bench.started(1)
            bench.store.noteWork(on: try bench.key(1), by: .reader)
            for _ in 1...2 { _ = try bench.store.open(node: "one") }
            #expect(try bench.crashes(of: 1) == [1])
        },
        Clause("instances that have ended or never were do not crash") { bench throws in
            try bench.started(1)
            let key = try bench.key(1)
            try bench.ended(1)
            bench.store.noteWork(on: key, by: .executor)
            bench.store.noteWork(on: InstanceKey(999), by: .reader)
            let after = try bench.killed()
            #expect(try after.crashes(of: 1).isEmpty && after.summary(1).status == .completed)
            #expect(try after.store.instances(matching: InstanceFilter(), after: nil, limit: 10).count == 1)
        },
    ]

    static let quarantineClauses: [Clause] = [
        Clause("the fifth death without a transition in between quarantines, and not an earlier one; the others go on") {
            bench throws in
            for number in 1...2 { try bench.started(number, status: .running) }
            let version = try bench.claim(1).version
            var after = try bench.crashed(times: JournalLimits.crashes - 1)
            #expect(try after.summary(1).hold == nil && after.claim(1).version == version)
            after = try after.crashed(on: 1)
            #expect(try after.store.claim(limit: 10).map(\.id) == [Bench.id(2)])
            let summary = try after.summary(1)
            #expect(summary.hold == .quarantined && summary.holdReason == Hold.crashedTooOften && summary.status == .running)
            #expect(try after.store.storedInstance(Bench.id(1))?.claim.version == version + 1)
            #expect(try after.store.claim(after.key(1)) == nil)
            #expect(try after.crashes(of: 1) == [1, 2, 3, 4, 5])
            #expect(try after.store.notes(of: Bench.id(1), limit: 1)[0].message.contains("5 of 5"))
            #expect(try after.request(1, .cancel(CancelRequest())) == .requested(.held(.quarantined)))
            after = try after.crashed(on: 2)
            #expect(try after.summary(1).hold == .quarantined && after.summary(2).hold == nil)
        },
        Clause("a transition forgives all deaths before it, whether it changes the instance's own row or not") { bench throws in
            for number in 1...2 { try bench.started(number) }
            var after = bench
            for _ in 1..<JournalLimits.crashes { after = try after.crashed(on: 1, 2) }
            let unchanged = try after.load(after.claim(1)).state
            try after.advanced(after.claim(1)) { $0.instance = unchanged }
            try after.advanced(after.claim(2), status: .running)
            after = try after.crashed(on: 1, 2)
            for number in 1...2 {
                #expect(try after.summary(number).hold == nil && after.crashes(of: number) == [1, 2, 3, 4, 1])
            }
        },
        Clause("another's mark and a stale transition forgive nothing") { bench throws in
            let claim = try bench.started(1) { $0.steps = [.insert(bench.step("a"))] }
            var after = try bench.crashed(times: JournalLimits.crashes - 1)
            _ = try after.cancel(Bench.id(1))
            #expect(try after.advance(claim) == .stale)
            after = try after.crashed(on: 1)
            #expect(try after.summary(1).hold == .quarantined)
        },
        Clause("an operator's resume lets a quarantined instance move again, with all its lives") { bench throws in
            try bench.started(1)
            var after = try bench.crashed(times: JournalLimits.crashes)
            #expect(try after.request(1, .resume(reason: "fixed")) == .requested(.recorded(after.key(1))))
            #expect(try after.store.claim(limit: 10).map(\.id) == [Bench.id(1)])
            after = try after.crashed(times: JournalLimits.crashes - 1)
            #expect(try after.summary(1).hold == nil)
            after = try after.crashed(on: 1)
            #expect(try after.summary(1).hold == .quarantined)
        },
        Clause("an instance that is held already keeps its hold, and is quarantined when it dies without") { bench throws in
            try bench.started(1) {
                $0.instance.hold = .paused
                $0.instance.holdReason = "wait"
            }
            let version = try bench.claim(1).version
            var after = try bench.crashed(times: JournalLimits.crashes)
            #expect(try after.summary(1).hold == .paused && after.summary(1).holdReason == "wait")
            #expect(try after.claim(1).version == version && after.crashes(of: 1) == [1, 2, 3, 4, 5])
            _ = try after.cancel(Bench.id(1))
            #expect(try after.summary(1).hold == nil)
            after = try after.crashed(on: 1)
            #expect(try after.summary(1).hold == .quarantined)
        },
        Clause("force ends an instance that was quarantined for its deaths") { bench throws in
            try bench.started(1)
            var after = try bench.crashed(times: JournalLimits.crashes)
            #expect(try after.request(1, .forceCancel(CancelRequest())) == .requested(.recorded(after.key(1))))
            #expect(try after.summary(1).status == .cancelled)
        },
    ]
}

extension Bench {
    /// The journal after its process died while workers were on these instances, at most one per worker.
    func crashed(on numbers: Int...) throws -> Bench {
        for (worker, number) in zip(Worker.allCases, numbers) { store.noteWork(on: try key(number), by: worker) }
        return try killed()
    }

    /// The journal after so many deaths in a row over instance 1.
    func crashed(times: Int) throws -> Bench {
        try (0..<times).reduce(self) { bench, _ in try bench.crashed(on: 1) }
    }

    /// What its log says about deaths.
    func crashes(of number: Int) throws -> [Int64] {
        try store.logs(of: Self.id(number), after: 0, limit: 100).compactMap { $0.data["crashes"]?.intValue }
    }
}
