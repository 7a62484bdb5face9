import Testing
import Values
import WorkflowJournal

extension JournalContract {
    static let queryClauses: [Clause] = [
        Clause("instances are listed newest first, page by page, without gaps or repetition") { bench throws in
            for number in 1...5 { try bench.started(number) }
            var seen: [InstanceID] = []
            var cursor: String?
            while true {
                let page = try bench.store.instances(matching: InstanceFilter(), after: cursor, limit: 2)
                if page.isEmpty { break }
                seen += page.map(\.id)
                cursor = page.last?.cursor
            }
            #expect(seen == (1...5).reversed().map(Bench.id))
            #expect(try bench.store.instances(matching: InstanceFilter(), after: "nonsense", limit: 2).isEmpty)
        },
        Clause("instances are filtered by status, workflow, labels, age and awaited event") { bench throws in
            func ids(_ change: (inout InstanceFilter) -> Void) throws -> [InstanceID] {
                var filter = InstanceFilter()
                change(&filter)
                return try bench.store.instances(matching: filter, after: nil, limit: 10).map(\.id)
            }
            var labelled = bench.new(1)
            labelled.labels = ["region": "eu", "tier": "gold"]
            _ = try bench.start(labelled, status: .suspended)
            bench.clock.advance(seconds: 10)
            let since = bench.store.now()
            try bench.advanced(bench.started(2), status: .failed) { $0.instance.endedAt = since }
            try bench.started(3) { $0.waitsOpened = [bench.wait("w", event: "scanned")] }
            #expect(try ids { $0.statuses = [.failed] } == [Bench.id(2)])
            #expect(try ids { $0.statuses = [.failed, .suspended] } == [3, 2, 1].map(Bench.id))
            #expect(try ids { $0.workflow = "orders" }.count == 3)
            #expect(try ids { $0.workflow = "other" }.isEmpty)
            #expect(try ids { $0.labels = ["region": "eu", "tier": "gold"] } == [Bench.id(1)])
            #expect(try ids { $0.labels = ["region": "eu", "tier": "silver"] }.isEmpty)
            #expect(try ids { $0.createdSince = since } == [3, 2].map(Bench.id))
            #expect(try ids { $0.waitingFor = "scanned" } == [Bench.id(3)])
            #expect(try ids { $0.waitingFor = "paid" }.isEmpty)
        },
        Clause("an instance shows what it was started with and what became of it") { bench throws in
            var new = bench.new(1)
            new.labels = ["region": "eu"]
            new.callerKey = "order-7"
            let claim = try bench.committed(bench.start(new)).claim
            let failure = Failure(code: "x", message: "y")
            let end = bench.store.now()
            try bench.advanced(claim, status: .failed) {
                $0.instance.failure = failure
                $0.instance.endedAt = end
                $0.instance.isCleanupIncomplete = true
            }
            let detail = try #require(try bench.store.instance(Bench.id(1)))
            #expect(detail.input == ["n": 1] && detail.trigger == ["type": "api"] && detail.failure == failure)
            #expect(detail.output == nil)
            let summary = detail.summary
            #expect(summary.labels == ["region": "eu"] && summary.callerKey == "order-7" && summary.status == .failed)
            #expect(summary.endedAt == end && summary.isCleanupIncomplete && summary.createdAt == new.createdAt)
            #expect(summary.key == claim.instance && summary.digest == Bench.definition.digest && summary.run == 1)
            #expect(try bench.store.instance(Bench.id(9)) == nil)
        },
        Clause("a reference is an id, a unique prefix of one, or @latest") { bench throws in
            #expect(try bench.store.resolve("@latest") == .notFound)
            try bench.started(1)
            #expect(try bench.store.resolve(String(Bench.id(1).text.prefix(8))) == .found(Bench.id(1)))
            try bench.started(2)
            #expect(try bench.store.resolve(Bench.id(1).text) == .found(Bench.id(1)))
            #expect(try bench.store.resolve("@latest") == .found(Bench.id(2)))
            let both = [1, 2].map(Bench.id).sorted { $0.text < $1.text }
            #expect(try bench.store.resolve(String(Bench.id(1).text.prefix(8))) == .ambiguous(both))
            for unknown in ["", "zz", "%", "ffff", "_"] { #expect(try bench.store.resolve(unknown) == .notFound) }
        },
        Clause("instances are counted per workflow and status") { bench throws in
            try bench.started(1)
            try bench.started(2)
            try bench.advanced(bench.started(3), status: .failed)
            let expected = [
                InstanceCount(workflow: "orders", status: .failed, count: 1),
                InstanceCount(workflow: "orders", status: .suspended, count: 2),
            ]
            #expect(try bench.store.counts() == expected)
            #expect(try bench.killed().store.counts() == expected)
        },
        Clause("rows of an instance nobody knows are none") { bench throws in
            let id = Bench.id(9)
            #expect(try bench.store.steps(of: id, run: nil).isEmpty)
            #expect(try bench.store.attempts(of: id, run: nil).isEmpty)
            #expect(try bench.store.timers(of: id).isEmpty)
            #expect(try bench.store.waits(of: id).isEmpty)
            #expect(try bench.store.emails(of: id).isEmpty)
        },
    ]
}
