import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let explainingClauses: [Clause] = [
        Clause("events of a name are shown with what they are to an instance, newest first") { bench throws in
            try bench.accept("before")
            let claim = try bench.started(1) { $0.waitsOpened = [bench.wait("w")] }
            let taken = try bench.accept("taken").sequence
            try bench.accept("other", "scanned")
            try bench.accept("open")
            try bench.advanced(claim) { $0.eventsTaken = [.init(wait: MemoKey("w"), event: taken)] }
            func seen(by number: Int, limit: Int = 10) throws -> [String] {
                try bench.store.events(named: "paid", seenBy: Bench.id(number), limit: limit).map { seen in
                    seen.event.id + (seen.isEarlier ? " earlier" : "") + (seen.takenBy.map { " taken by \($0)" } ?? "")
                }
            }
            #expect(try seen(by: 1) == ["open", "taken taken by w", "before earlier"])
            #expect(try seen(by: 1, limit: 1) == ["open"])
            #expect(try seen(by: 9).isEmpty)
            try bench.started(2)
            #expect(try seen(by: 2) == ["open earlier", "taken earlier", "before earlier"])
        },
        Clause("names of events are known in their order") { bench throws in
            #expect(try bench.store.eventNames(limit: 10).isEmpty)
            for (number, name) in ["scanned", "paid", "Paid", "paid"].enumerated() { try bench.accept("\(number)", name) }
            #expect(try bench.store.eventNames(limit: 10) == ["Paid", "paid", "scanned"])
            #expect(try bench.store.eventNames(limit: 2) == ["Paid", "paid"])
        },
        Clause("those at a gate are listed, with a place first") { bench throws in
            for number in 1...4 { try bench.enqueued(number) { $0.gate = bench.gate(limit: 2) } }
            try bench.enqueued(5) { $0.gate = bench.gate("eu") }
            try bench.ended(1)
            func visitor(_ number: Int, _ isAdmitted: Bool) -> GateVisitor {
                GateVisitor(instance: Bench.id(number), isAdmitted: isAdmitted, status: .pending)
            }
            let all = [visitor(2, true), visitor(3, true), visitor(4, false)]
            #expect(try bench.store.places(at: "orders/", limit: 10) == all)
            #expect(try bench.store.places(at: "orders/", limit: 2) == Array(all.prefix(2)))
            #expect(try bench.store.places(at: "orders/us", limit: 10).isEmpty)
        },
        Clause("the engine's own lines are found from the newest back") { bench throws in
            let time = bench.store.now()
            func line(_ text: String, _ key: String? = nil) -> LogRow {
                LogRow(time: time, level: "info", key: key.map { MemoKey($0) }, message: text)
            }
            try bench.started(1) { $0.logs = [line("first"), line("of a step", "a"), line("second"), line("third")] }
            #expect(try bench.store.notes(of: Bench.id(1), limit: 2).map(\.message) == ["third", "second"])
            #expect(try bench.store.notes(of: Bench.id(9), limit: 2).isEmpty)
        },
    ]
}
