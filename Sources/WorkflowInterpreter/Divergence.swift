package import WorkflowGraph
package import WorkflowJournal

/// The first place at which a recorded run and a definition part, for `wfrun replay` and `wfrun plan`.
package struct Divergence: Error, Sendable, Equatable {
    package var mismatch: JournalMismatch
    /// The last entry that both agree on; 0: they part at the start.
    package var sequence: Int

    /// Replays a run's rows on any definition.
    /// - Parameters:
    ///   - header: with the input and configuration admitted under `graph`.
    ///   - hasBegun: false for a retried run that has not begun.
    /// - Returns: nil when the run continues cleanly on `graph`.
    package static func first(
        graph: StepGraph, header: InstanceHeader, rows: [StepRow], hasBegun: Bool = true
    ) -> Divergence? {
        ReplayedRun(graph: graph, header: header, rows: rows, hasBegun: hasBegun).divergence
    }
}

/// A recorded run as far as a definition replays it, on the way of `Replay.rebuild`.
package struct ReplayedRun {
    package struct Entry {
        package let entry: JournalEntry
        package let row: StepRow
    }

    /// Those that led to what is recorded.
    package private(set) var entries: [Entry] = []
    /// As far as it came.
    package let interpreter: Interpreter
    package private(set) var divergence: Divergence?
    /// Recorded results that the definition refused.
    package private(set) var refused: [UnfitValue] = []

    package init(graph: StepGraph, header: InstanceHeader, rows: [StepRow], hasBegun: Bool = true) {
        let interpreter = Interpreter(graph: graph, header: header)
        self.interpreter = interpreter
        var agreed: [Entry] = []
        var refused: [UnfitValue] = []
        interpreter.resultRefused = { refused.append($0) }
        do throws(JournalMismatch) {
            try Replay.rebuild(interpreter, from: rows, hasBegun: hasBegun) { entry, row in
                agreed.append(Entry(entry: entry, row: row))
            }
        } catch {
            divergence = Divergence(mismatch: error, sequence: agreed.count)
        }
        interpreter.resultRefused = nil
        entries = agreed
        self.refused = refused
    }

    /// Which fields of its events a wait matches is no part of its input, and is registered with it while it is open.
    mutating func compare(_ waits: [WaitRow]) {
        guard divergence == nil else { return }
        let registered = Dictionary(waits.map { ($0.key, Set($0.matches)) }, uniquingKeysWith: { first, _ in first })
        for case .openWait(let request) in interpreter.outstanding() {
            guard let known = registered[request.leaf.key], known != Set(request.matches) else { continue }
            let mismatch = JournalMismatch(
                .inputChanged, key: request.leaf.key, recorded: "wait for other fields", asked: "wait",
                explanation: "the open wait matches other fields of its event now")
            divergence = Divergence(mismatch: mismatch, sequence: entries.count)
            return
        }
    }
}

extension MemoKey {
    /// Whether two keys are of the same step, in other loops or groups.
    func isSameStep(as other: MemoKey) -> Bool { Self.step(of: text).elementsEqual(Self.step(of: other.text)) }

    /// How many loops it stands in.
    var loopDepth: Int { text.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "#") } }

    /// The last segment without item, round, attempt and phase.
    private static func step(of key: String) -> Substring.UTF8View.SubSequence {
        let start = key.utf8.lastIndex(of: UInt8(ascii: "/")).map { key.utf8.index(after: $0) } ?? key.utf8.startIndex
        let segment = key.utf8[start...]
        let end = segment.firstIndex { byte in
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "#"), UInt8(ascii: "~"), UInt8(ascii: "."), UInt8(ascii: "!"): true
            default: false
            }
        }
        return segment[..<(end ?? segment.endIndex)]
    }
}
