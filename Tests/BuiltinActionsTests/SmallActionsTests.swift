import BuiltinActions
import Foundation
import Synchronization
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

@Suite struct SmallActionsTests {
    /// A source whose draws are counted numbers.
    private func counting() -> RandomSource {
        let counter = Counter()
        return RandomSource { counter.next() &* 0x9E37_79B9_7F4A_7C15 }
    }

    private final class Counter: Sendable {
        private let value = Mutex<UInt64>(0)
        func next() -> UInt64 {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    @Test func `each signature has a handler of its name and the other way round`() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "stdlib/builtin").path
        let files = try #require(FileManager.default.subpaths(atPath: folder)).filter { $0.hasSuffix(".yaml") }
        let signatures = files.map { $0.dropLast(".yaml".count).split(separator: "/").joined(separator: ".") }.sorted()
        try await Bench.run { bench in #expect(bench.actions.handlers().map(\.name).sorted() == signatures) }
    }

    @Test func `log gives a line and no value`() async throws {
        try await Bench.run { bench in
            let result = await bench.run("log", ["message": "hi", "level": "warning", "data": ["n": 1]])
            #expect(result.value == .null)
            #expect(result.logs == [.init(level: "warning", message: "hi", data: ["n": 1])])
            #expect(await bench.run("log", ["message": "hi"]).logs.first?.level == "info")
            #expect(await bench.run("log", ["message": "hi", "level": "loud"]).failure?.code == "schema")
        }
    }

    @Test func `the time is that of the announcement`() async throws {
        try await Bench.run { bench in #expect(await bench.run("time.now", [:]).value == "2023-11-14T22:13:20Z") }
    }

    @Test func `random values come from the injected source`() async throws {
        let one = try await Bench.run(random: counting()) { bench in await bench.run("random.uuid", [:]).value }
        let two = try await Bench.run(random: counting()) { bench in await bench.run("random.uuid", [:]).value }
        let text = try #require(one?.stringValue)
        #expect(one == two)
        #expect(UUID(uuidString: text) != nil && Array(text)[14] == "4" && "89ab".contains(Array(text)[19]))
    }

    @Test func `a random integer lies between its bounds, both included`() async throws {
        try await Bench.run(random: counting()) { bench in
            var seen: Set<Int64> = []
            for _ in 0..<200 {
                seen.insert(try #require(await bench.run("random.int", ["min": -1, "max": 1]).value?.intValue))
            }
            #expect(seen == [-1, 0, 1])
            #expect(await bench.run("random.int", ["min": 2, "max": 1]).failure?.code == "schema")
            #expect(await bench.run("random.int", ["min": .int(.min), "max": .int(.max)]).value?.intValue != nil)
            #expect(await bench.run("random.int", ["max": 0]).value == 0)
        }
    }
}
