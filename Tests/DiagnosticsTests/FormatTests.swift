import Diagnostics
import Foundation
import Testing

@Suite struct FormatTests {
    private let file = SourceFile(path: "dir/a b.yaml", text: "x: 1\nname: \"é😀 bad\"\n")

    private var diagnostics: [Diagnostic] {
        [
            Diagnostic(
                DiagnosticCode(3104), .error, "no \"field\" 100%", at: place("bad", in: file), label: "here",
                notes: [.init(range: place("x", in: file), message: "declared")], help: "write: good, or\nnothing",
                fix: .init(title: "mend", range: place("bad", in: file), replacement: "good")),
            Diagnostic(DiagnosticCode(107), .warning, "unused", at: place("x", in: file)),
            Diagnostic(DiagnosticCode(5115), .info, "note", at: place("x: 1\nname", in: file)),
        ]
    }

    @Test func `short is one line per message`() {
        #expect(
            ShortRenderer().render(diagnostics) == """
                dir/a b.yaml:2:11: error WF3104 no "field" 100%
                dir/a b.yaml:1:1: warning WF0107 unused
                dir/a b.yaml:1:1: info WF5115 note

                """)
    }

    @Test func `github escapes what its commands give a meaning`() {
        #expect(
            GitHubRenderer().render(diagnostics) == """
                ::error file=dir/a b.yaml,line=2,endLine=2,col=11,endColumn=13,title=WF3104::no "field" 100%25%0Awrite: good, or%0Anothing
                ::warning file=dir/a b.yaml,line=1,endLine=1,col=1,endColumn=1,title=WF0107::unused
                ::notice file=dir/a b.yaml,line=1,endLine=2,title=WF5115::note

                """)
    }

    @Test func `json gives every place as line, column, byte and UTF-16 unit`() throws {
        let output = JSONRenderer().render(Array(diagnostics.prefix(1)))
        #expect(
            output == """
                {
                  "version": 1,
                  "diagnostics": [
                    {
                      "code": "WF3104",
                      "severity": "error",
                      "message": "no \\"field\\" 100%",
                      "file": "dir/a b.yaml",
                      "range": {
                        "start": { "line": 2, "column": 11, "byte": 19, "utf16": 11 },
                        "end": { "line": 2, "column": 14, "byte": 22, "utf16": 14 }
                      },
                      "label": "here",
                      "related": [
                        {
                          "file": "dir/a b.yaml",
                          "range": {
                            "start": { "line": 1, "column": 1, "byte": 0, "utf16": 0 },
                            "end": { "line": 1, "column": 2, "byte": 1, "utf16": 1 }
                          },
                          "message": "declared"
                        }
                      ],
                      "help": "write: good, or\\nnothing",
                      "fix": {
                        "title": "mend",
                        "file": "dir/a b.yaml",
                        "range": {
                          "start": { "line": 2, "column": 11, "byte": 19, "utf16": 11 },
                          "end": { "line": 2, "column": 14, "byte": 22, "utf16": 14 }
                        },
                        "replacement": "good"
                      }
                    }
                  ],
                  "summary": { "errors": 1, "warnings": 0, "infos": 0 }
                }

                """)
    }

    @Test(arguments: [DiagnosticFormat.json, .sarif])
    func `control characters never reach the output, and it stays JSON`(format: DiagnosticFormat) throws {
        let text = "a\u{0}\u{1B}[2J\u{202E}\u{85}\t\r\n\"\\"
        let diagnostic = Diagnostic(
            DiagnosticCode(101), .error, text, at: place("x", in: file), help: text,
            fix: .init(title: text, range: place("x", in: file), replacement: text))
        let output = format.renderer().render([diagnostic])
        #expect(output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
        #expect(!output.unicodeScalars.contains("\u{202E}"))
        #expect(try JSONSerialization.jsonObject(with: Data(output.utf8)) is [String: Any])
    }

    @Test func `sarif has rules, levels, regions, related places and fixes`() throws {
        let output = SARIFRenderer(toolVersion: "1.2.3").render(diagnostics)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        #expect(document["version"] as? String == "2.1.0")
        let run = try #require((document["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        let rules = try #require(driver["rules"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        #expect(rules == ["WF0107", "WF3104", "WF5115"])
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.compactMap { $0["level"] as? String } == ["error", "warning", "note"])
        #expect(results.compactMap { $0["ruleIndex"] as? Int } == [1, 0, 2])
        #expect((results[0]["fixes"] as? [Any])?.count == 1)
        #expect((results[0]["relatedLocations"] as? [Any])?.count == 1)
        #expect(output.contains("\"uri\": \"dir/a%20b.yaml\""))
        #expect(output.contains("\"startLine\": 2, \"startColumn\": 11, \"endLine\": 2, \"endColumn\": 14"))
    }

    @Test(arguments: DiagnosticFormat.allCases)
    func `every format renders no message and many`(format: DiagnosticFormat) {
        let renderer = format.renderer(isColored: false, toolVersion: "1")
        let isDocument = format == .json || format == .sarif
        #expect(renderer.render([]).isEmpty == !isDocument)
        #expect(renderer.render(diagnostics).hasSuffix("\n"))
    }

    @Test func `the summary counts messages and files`() {
        #expect(DiagnosticSummary(diagnostics, files: 3).description == "1 error, 1 warning, 1 note in 3 files")
        #expect(DiagnosticSummary(diagnostics + diagnostics).description == "2 errors, 2 warnings, 2 notes in 1 file")
        #expect(DiagnosticSummary([], files: 1).description == "no mistakes in 1 file")
    }
}

@Suite struct ClosestMatchTests {
    private let names = ["total", "email", "id", "max_delay", "compensate", "continue_as_new", "steps"]

    @Test(arguments: [
        ("totl", "total"), ("toatl", "total"), ("emial", "email"), ("Email", "email"), ("maxDelay", "max_delay"),
        ("max-delay", "max_delay"), ("compensation", "compensate"), ("step", "steps"),
    ])
    func `a slip of the fingers finds the name`(name: String, expected: String) {
        #expect(closestMatch(to: name, among: names) == expected)
    }

    @Test(arguments: ["x", "", "customer", "total", String(repeating: "t", count: 500)])
    func `a different name finds none`(name: String) {
        #expect(closestMatch(to: name, among: names) == nil)
    }

    @Test func `equally near names are chosen by code point`() {
        #expect(closestMatch(to: "cat", among: ["hat", "bat", "rat"]) == "bat")
    }
}

@Suite struct SourceFileTests {
    @Test func `lines end with LF, CR LF or CR`() {
        let file = SourceFile(path: "a", text: "a\r\nb\rc\nd")
        #expect(file.lineStarts == [0, 3, 5, 7])
        #expect((1...4).map(file.line) == ["a", "b", "c", "d"])
        #expect(file.line(0) == "" && file.line(5) == "")
    }

    @Test func `columns count code points, and UTF-16 units apart`() {
        let file = SourceFile(path: "a", text: "x\né😀y")
        let location = file.location(of: 8)
        #expect(location.line == 2 && location.column == 3 && location.byte == 8 && location.utf16 == 3)
        #expect(file.location(of: 1000).byte == file.bytes.count)
        #expect(file.location(of: -1).byte == 0)
    }

    @Test func `a byte order mark takes no column`() {
        let file = SourceFile(path: "a", text: "\u{FEFF}key: x\n")
        #expect(file.line(1) == "key: x")
        #expect(file.location(of: 3).column == 1 && file.location(of: 0).column == 1 && file.location(of: 8).column == 6)
        let output = TextRenderer().render(
            Diagnostic(DiagnosticCode(102), .error, "m", at: place("x", in: file)))
        #expect(output.contains("1 | key: x\n  |      ^\n"))
    }

    @Test func `the collector sorts by file, position and code and keeps one of equal messages`() {
        let (a, b) = (SourceFile(path: "a", text: "xyz"), SourceFile(path: "b", text: "xyz"))
        func message(_ file: SourceFile, _ offset: Int, _ code: Int) -> Diagnostic {
            Diagnostic(DiagnosticCode(code), .warning, "m", at: SourceRange(file: file, bytes: offset..<offset + 1))
        }
        var collector = DiagnosticCollector()
        collector.report(contentsOf: [message(b, 0, 1), message(a, 2, 2), message(a, 2, 1), message(a, 1, 9), message(a, 1, 9)])
        #expect(
            collector.sorted.map { "\($0.range.file.path)\($0.range.bytes.lowerBound)\($0.code)" } == [
                "a1WF0009", "a2WF0001", "a2WF0002", "b0WF0001",
            ])
        #expect(!collector.hasErrors)
    }
}
