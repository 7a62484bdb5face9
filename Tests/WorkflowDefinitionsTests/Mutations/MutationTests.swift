import Diagnostics
import Foundation
import TestSupport
import Testing
import WorkflowDefinitions

/// Valid definitions with one typed mistake each: is it found, under its code, at its place?
///
/// Which mistakes are made where comes from a seed: `WFRUN_MUTATION_SEED=7 WFRUN_MUTATIONS=2000 scripts/test --filter MutationTests`.
@Suite struct MutationTests {
    private static func number(_ variable: String, default standard: Int) -> Int {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? standard
    }

    /// What is mutated, each without mistakes.
    private static func bases() throws -> [(path: String, text: String)] {
        var bases: [(path: String, text: String)] = []
        for path in Fixtures.shipped { bases.append((path, try Fixtures.shippedText(path))) }
        for (name, text) in MutationBases.all { bases.append((name + ".yaml", text)) }
        return bases
    }

    /// What ships, with the mail templates: those definitions name one another.
    private static func shipped() throws -> [(path: String, text: String)] {
        try (Fixtures.shipped + Fixtures.shippedTemplates).map { ($0, try Fixtures.shippedText($0)) }
    }

    /// Together with the files it refers to.
    private static func analyze(_ path: String, _ text: String) throws -> [Diagnostic] {
        var files = [(path: path, text: text)]
        if path == "nightly.yaml", let orders = MutationBases.all.first { files.append((orders.0 + ".yaml", orders.1)) }
        let shipped = try shipped()
        if shipped.contains(where: { $0.path == path }) { files += shipped.filter { $0.path != path } }
        return analyzeDefinitions(files).diagnostics.filter { $0.range.file.path == path }
    }

    /// The mistakes made by hand.
    private static func edited() throws -> [(path: String, mutation: Mutation)] {
        try MutationBases.edits.map { edit in
            let base = try #require(MutationBases.all.first { $0.0 == edit.base })
            let found = try #require(base.1.firstRange(of: edit.find), "\(edit.kind): \(edit.find)")
            let start = base.1.utf8.distance(from: base.1.startIndex, to: found.lowerBound)
            let marked = try #require(edit.replacement.firstRange(of: edit.marked ?? edit.replacement), "\(edit.kind)")
            let offset = edit.replacement.utf8.distance(from: edit.replacement.startIndex, to: marked.lowerBound)
            let length = (edit.marked ?? edit.replacement).utf8.count
            return (
                edit.base + ".yaml",
                Mutation(
                    kind: edit.kind, text: base.1.replacingCharacters(in: found, with: edit.replacement), codes: edit.codes,
                    place: start + offset..<start + offset + length)
            )
        }
    }

    @Test func `what is mutated has no mistakes`() throws {
        for base in try Self.bases() {
            let errors = try Self.analyze(base.path, base.text).filter { $0.severity == .error }
            #expect(errors.isEmpty, "\(TextRenderer().render(errors))")
        }
    }

    @Test func `at least 95 of 100 mistakes are found under their codes, 98 of 100 of those at their places`() throws {
        var random = SplitMix(state: UInt64(Self.number("WFRUN_MUTATION_SEED", default: 1)))
        var mutations: [(path: String, mutation: Mutation)] = []
        for base in try Self.bases() {
            for mutation in Mutator(text: base.text).all(&random) { mutations.append((base.path, mutation)) }
        }
        mutations.shuffle(using: &random)
        mutations = try Self.edited() + mutations.prefix(Self.number("WFRUN_MUTATIONS", default: 150))
        var table = MutationTable()
        for (path, mutation) in mutations { table.add(mutation, path, try Self.analyze(path, mutation.text)) }
        print(table.description)
        #expect(table.total >= 100)
        #expect(table.foundShare >= 0.95, "\(table)")
        #expect(table.placedShare >= 0.98, "\(table)")
    }
}

/// A text with one mistake.
struct Mutation {
    var kind: String
    var text: String
    /// Any of these is right.
    var codes: Set<Int>
    /// Where the mark may stand, in bytes.
    var place: Range<Int>
}

/// Who found what.
struct MutationTable: CustomStringConvertible {
    private struct Row {
        var made = 0
        var found = 0
        var placed = 0
    }

    private var rows: [String: Row] = [:]
    private var misses: [String] = []

    var total: Int { rows.values.reduce(0) { $0 + $1.made } }
    private var found: Int { rows.values.reduce(0) { $0 + $1.found } }
    var foundShare: Double { Double(found) / Double(max(1, total)) }
    var placedShare: Double { Double(rows.values.reduce(0) { $0 + $1.placed }) / Double(max(1, found)) }

    mutating func add(_ mutation: Mutation, _ path: String, _ diagnostics: [Diagnostic]) {
        let right = diagnostics.filter { mutation.codes.contains($0.code.number) }
        let placed = right.contains { diagnostic in
            mutation.place.lowerBound <= diagnostic.range.bytes.lowerBound
                && diagnostic.range.bytes.upperBound <= mutation.place.upperBound
        }
        rows[mutation.kind, default: Row()].made += 1
        if !right.isEmpty { rows[mutation.kind, default: Row()].found += 1 }
        if placed { rows[mutation.kind, default: Row()].placed += 1 }
        if placed { return }
        let file = SourceFile(path: path, text: mutation.text)
        let start = file.location(of: mutation.place.lowerBound)
        let said = diagnostics.prefix(3).map { "\($0.code) at \($0.range.start.line):\($0.range.start.column) \($0.message)" }
        misses.append(
            "\(mutation.kind): \(path):\(start.line):\(start.column) expected WF\(mutation.codes.sorted()) in "
                + "`\(String(decoding: file.bytes[mutation.place], as: UTF8.self))`, found \(said)")
    }

    var description: String {
        let lines = rows.sorted { $0.key < $1.key }.map { kind, row in
            "\(kind.padding(toLength: 36, withPad: " ", startingAt: 0)) made \(row.made)\tfound \(row.found)\tat its place \(row.placed)"
        }
        return
            (lines + misses + ["\(total) made, \(percent(foundShare)) found, \(percent(placedShare)) of those at their places"])
            .joined(separator: "\n")
    }

    private func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10) %" }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
