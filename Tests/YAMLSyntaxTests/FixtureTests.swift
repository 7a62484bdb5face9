import Diagnostics
import Foundation
import Testing
import YAMLSyntax

/// Files with the complete expected output beside them; `WFRUN_UPDATE_EXPECTATIONS=1` writes it anew.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func paths(in name: String) -> [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: name).path)) ?? []
        return found.filter { $0.hasSuffix(".yaml") }.map { "\(name)/\($0)" }.sorted()
    }

    static func file(_ path: String) throws -> SourceFile {
        SourceFile(path: path, bytes: Array(try Data(contentsOf: folder.appending(path: path))))
    }

    static func expect(_ actual: String, beside path: String, as fileExtension: String) throws {
        let place = folder.appending(path: path).deletingPathExtension().appendingPathExtension(fileExtension)
        if ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" {
            try Data(actual.utf8).write(to: place)
        }
        let expected = (try? Data(contentsOf: place)).map { String(decoding: $0, as: UTF8.self) }
        #expect(actual == expected, "\(path)")
    }
}

@Suite struct FixtureTests {
    /// What the reader says and what it says of untyped values, which only some readers ask for.
    private func diagnostics(_ document: YAMLDocument) -> [Diagnostic] {
        var collector = DiagnosticCollector()
        collector.report(contentsOf: document.diagnostics)
        for scalar in scalars(of: document.root, withKeys: false) where !scalar.isBroken {
            if case .failure(let problem) = scalar.untypedValue() { collector.report(problem.diagnostic) }
            if let warning = scalar.nonCanonicalSpelling() { collector.report(warning) }
            if let warning = scalar.trailingNewlineWarning() { collector.report(warning) }
        }
        return collector.sorted
    }

    @Test(arguments: Fixtures.paths(in: "invalid"))
    func `a mistake is reported with its code at its place`(path: String) throws {
        let found = diagnostics(YAMLReader.readDocument(try Fixtures.file(path)))
        let code = path.split(separator: "/")[1]
        #expect(found.map(\.code.description) == ["WF" + code], "one mistake, one message")
        try Fixtures.expect(TextRenderer().render(found) + fixes(of: found), beside: path, as: "out")
    }

    @Test(arguments: Fixtures.paths(in: "valid"))
    func `what is no mistake passes in silence`(path: String) throws {
        let document = YAMLReader.readDocument(try Fixtures.file(path))
        let dependsOnType = ["0105", "0109", "0110", "0111"].contains(path.split(separator: "/")[1])
        let found = dependsOnType ? diagnostics(document) : document.diagnostics
        #expect(found.map(\.message) == [])
        let root = try #require(document.root)
        try Fixtures.expect(dump(root), beside: path, as: "tree")
    }

    @Test func `every code has two mistakes and two near misses`() {
        let invalid = Fixtures.paths(in: "invalid")
        let valid = Fixtures.paths(in: "valid")
        for code in 101...111 {
            let folder = "0\(code)"
            #expect(invalid.filter { $0.hasPrefix("invalid/\(folder)/") }.count >= 2, "\(folder)")
            #expect(valid.filter { $0.hasPrefix("valid/\(folder)/") }.count >= 2, "\(folder)")
        }
    }

    @Test(arguments: Fixtures.paths(in: "invalid"))
    func `a fix mends what it is offered for`(path: String) throws {
        let file = try Fixtures.file(path)
        for diagnostic in diagnostics(YAMLReader.readDocument(file)) {
            guard let fix = diagnostic.fix else { continue }
            var bytes = file.bytes
            bytes.replaceSubrange(fix.range.bytes, with: Array(fix.replacement.utf8))
            let after = diagnostics(YAMLReader.readDocument(SourceFile(path: path, bytes: bytes)))
            #expect(!after.contains { $0.code == diagnostic.code && $0.range.bytes == diagnostic.range.bytes }, "\(path)")
            #expect(after.isEmpty, "\(path): \(after.map(\.message))")
        }
    }

    private func fixes(of diagnostics: [Diagnostic]) -> String {
        diagnostics.compactMap(\.fix).map { fix in
            let old = String(decoding: fix.range.file.bytes[fix.range.bytes], as: UTF8.self)
            return "fix: \(fix.title): ‹\(old)› → ‹\(fix.replacement)›\n"
        }.joined()
    }
}

/// All scalars below a node.
func scalars(of node: YAMLNode?, withKeys: Bool = true) -> [YAMLScalar] {
    switch node?.content {
    case nil: []
    case .scalar(let scalar): [scalar]
    case .sequence(let items): items.flatMap { scalars(of: $0, withKeys: withKeys) }
    case .mapping(let pairs): pairs.flatMap { (withKeys ? [$0.key] : []) + scalars(of: $0.value, withKeys: withKeys) }
    }
}

/// A tree as text: every node with its place, every scalar with the pieces of source its text came from.
func dump(_ node: YAMLNode, indentation: Int = 0) -> String {
    let margin = String(repeating: "  ", count: indentation)
    let alias = node.aliasRange.map { " through \(place($0))" } ?? ""
    switch node.content {
    case .scalar(let scalar): return margin + dump(scalar) + alias + pieces(of: scalar, margin: margin) + "\n"
    case .sequence(let items):
        return margin + "list \(place(node.range))\(alias)\n" + items.map { dump($0, indentation: indentation + 1) }.joined()
    case .mapping(let pairs):
        let entries = pairs.map { pair in
            "\(margin)  key \(dump(pair.key))\(pieces(of: pair.key, margin: margin + "  "))\n"
                + dump(pair.value, indentation: indentation + 2)
        }
        return margin + "mapping \(place(node.range))\(alias)\n" + entries.joined()
    }
}

private func dump(_ scalar: YAMLScalar) -> String {
    "\(scalar.style) \(place(scalar.range)) \(YAMLScalar.quoted(scalar.text))"
}

private func place(_ range: SourceRange) -> String {
    "\(range.start.line):\(range.start.column)–\(range.end.line):\(range.end.column)"
}

private func pieces(of scalar: YAMLScalar, margin: String) -> String {
    if !scalar.positions.isExact { return " INEXACT" }
    let text = Array(scalar.text.utf8)
    let runs = scalar.positions.runs
    if runs.count == 1, runs[0].sourceLength == runs[0].textLength { return "" }
    return runs.map { run in
        let source = scalar.range.file.bytes[run.source..<run.source + run.sourceLength]
        let from = YAMLScalar.quoted(String(decoding: source, as: UTF8.self))
        let to = YAMLScalar.quoted(String(decoding: text[run.text..<run.text + run.textLength], as: UTF8.self))
        let start = scalar.range.file.location(of: run.source)
        return "\n\(margin)  \(start.line):\(start.column) \(from)" + (from == to ? "" : " → \(to)")
    }.joined()
}
