import Diagnostics
import Testing

/// The range of a text's first occurrence in a file.
func place(_ text: String, in file: SourceFile, after start: Int = 0) -> SourceRange {
    let (bytes, wanted) = (file.bytes, Array(text.utf8))
    let found = bytes.indices.first { $0 >= start && bytes[$0...].starts(with: wanted) } ?? 0
    return SourceRange(file: file, bytes: found..<found + wanted.count)
}

@Suite struct TextRendererTests {
    private func rendered(_ diagnostic: Diagnostic) -> String { TextRenderer().render(diagnostic) }

    @Test func `a message looks as interfaces.md shows it`() {
        var lines = (1...60).map { "line: \($0)" }
        lines[10] = "  Order: { id: string, email: email, total: number }"
        lines[40] = "      body: { amount: \"${{ steps.order.totl }}\" }"
        let file = SourceFile(path: "definitions/order-fulfillment.yaml", text: lines.joined(separator: "\n"))
        let diagnostic = Diagnostic(
            DiagnosticCode(3104), .error, "'Order' has no field 'totl'", at: place("totl", in: file),
            label: "unknown field", notes: [.init(range: place("Order", in: file), message: "declared here")],
            help: "did you mean 'total'? Order has: id, email, total")
        #expect(
            rendered(diagnostic) == """
                error[WF3104]: 'Order' has no field 'totl'
                  --> definitions/order-fulfillment.yaml:41:40
                   |
                11 |   Order: { id: string, email: email, total: number }
                   |   ----- declared here
                   …
                41 |       body: { amount: "${{ steps.order.totl }}" }
                   |                                        ^^^^ unknown field
                   |
                help: did you mean 'total'? Order has: id, email, total
                      wfrun explain WF3104

                """)
    }

    @Test func `marks on one line are labelled from right to left`() {
        let file = SourceFile(path: "a.yaml", text: "first: second third\n")
        let diagnostic = Diagnostic(
            DiagnosticCode(9999), .warning, "m", at: place("second", in: file), label: "two",
            notes: [
                .init(range: place("first", in: file), message: "one"),
                .init(range: place("third", in: file), message: "three"),
            ])
        #expect(
            rendered(diagnostic) == """
                warning[WF9999]: m
                 --> a.yaml:1:8
                  |
                1 | first: second third
                  | -----  ^^^^^^ ----- three
                  | |      |
                  | |      two
                  | one
                  |
                help: wfrun explain WF9999

                """)
    }

    @Test func `a mark around another one is labelled below`() {
        let file = SourceFile(path: "a.yaml", text: "if: a == b\n")
        let diagnostic = Diagnostic(
            DiagnosticCode(3112), .warning, "m", at: place("a == b", in: file), label: "whole",
            notes: [.init(range: place("==", in: file), message: "part")])
        #expect(
            rendered(diagnostic) == """
                warning[WF3112]: m
                 --> a.yaml:1:5
                  |
                1 | if: a == b
                  |     ^^^^^^
                  |     | |
                  |     | part
                  |     whole
                  |
                help: wfrun explain WF3112

                """)
    }

    @Test func `carets line up after tabs, wide, combining and control characters`() {
        let file = SourceFile(path: "a.yaml", text: "a:\t日本 e\u{301} \u{1B}[31m\u{202E}here\n")
        let diagnostic = Diagnostic(DiagnosticCode(101), .error, "m\u{7}\nn", at: place("here", in: file))
        #expect(
            rendered(diagnostic) == """
                error[WF0101]: m\\x07\\nn
                 --> a.yaml:1:16
                  |
                1 | a:  日本 e\u{301} \\x1B[31m\\u202Ehere
                  |                          ^^^^
                  |
                help: wfrun explain WF0101

                """)
    }

    @Test func `bytes that are no UTF-8 are shown one by one`() {
        let file = SourceFile(path: "a.yaml", bytes: Array("a: ".utf8) + [0xE9, 0x62, 0xFF])
        let diagnostic = Diagnostic(DiagnosticCode(101), .error, "m", at: SourceRange(file: file, bytes: 3..<4))
        #expect(rendered(diagnostic).contains("1 | a: \\xE9b\\xFF\n  |    ^^^^\n"))
    }

    @Test func `a mark at the end, in an empty file or over several lines is one line of carets`() {
        let empty = SourceFile(path: "a.yaml", text: "")
        let atEnd = Diagnostic(DiagnosticCode(108), .error, "m", at: SourceRange(file: empty, bytes: 0..<0))
        #expect(rendered(atEnd).contains("\n1 |\n  | ^\n"))
        let file = SourceFile(path: "a.yaml", text: "key: |\n  text\n  more\r\nlast")
        let several = Diagnostic(DiagnosticCode(110), .error, "m", at: place("|\n  text\n  more", in: file))
        #expect(rendered(several).contains("\n1 | key: |\n  |      ^\n  |\n"))
        let end = file.bytes.count
        let last = Diagnostic(DiagnosticCode(110), .error, "m", at: SourceRange(file: file, bytes: end..<end))
        #expect(rendered(last).contains("\n4 | last\n  |     ^\n"))
    }

    @Test func `one line between two marked ones is shown instead of an ellipsis`() {
        let file = SourceFile(path: "a.yaml", text: "a: 1\nb: 2\na: 3\n")
        let diagnostic = Diagnostic(
            DiagnosticCode(103), .error, "m", at: place("a", in: file, after: 9),
            notes: [.init(range: place("a", in: file), message: "first")])
        #expect(rendered(diagnostic).contains("1 | a: 1\n  | - first\n2 | b: 2\n3 | a: 3\n  | ^\n"))
    }

    @Test func `a place in another file has a snippet of its own`() {
        let file = SourceFile(path: "a.yaml", text: "x: 1\n")
        let other = SourceFile(path: "types.yaml", text: "\n\n\n\n\n\n\n\n\n\ny: 2\n")
        let diagnostic = Diagnostic(
            DiagnosticCode(2113), .error, "m", at: place("x", in: file),
            notes: [.init(range: place("y", in: other), message: "declared here")])
        #expect(
            rendered(diagnostic) == """
                error[WF2113]: m
                  --> a.yaml:1:1
                   |
                 1 | x: 1
                   | ^
                   |
                  ::: types.yaml:11:1
                   |
                11 | y: 2
                   | - declared here
                   |
                help: wfrun explain WF2113

                """)
    }

    @Test func `long lines are cropped around the mark`() {
        let text = String(repeating: "x", count: 1000) + "HERE" + String(repeating: "y", count: 1000)
        let file = SourceFile(path: "a.yaml", text: text)
        let output = rendered(Diagnostic(DiagnosticCode(102), .error, "m", at: place("HERE", in: file)))
        let lines = output.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.count < 180 })
        let shown = lines[3].dropFirst(4)
        let carets = lines[4].dropFirst(4)
        let start = carets.prefix { $0 == " " }.count
        #expect(shown.dropFirst(start).hasPrefix("HERE"))
        #expect(carets.dropFirst(start) == "^^^^")
    }

    @Test func `colour changes nothing but escape sequences`() {
        let file = SourceFile(path: "a.yaml", text: "a: b\n")
        let diagnostic = Diagnostic(
            DiagnosticCode(102), .error, "m", at: place("b", in: file), label: "l",
            notes: [.init(range: place("a", in: file), message: "n")], help: "h")
        let colored = TextRenderer(isColored: true).render(diagnostic)
        #expect(colored.contains("\u{1B}[1;31merror[WF0102]\u{1B}[0m"))
        #expect(colored.replacing(#/\x1B\[[0-9;]*m/#, with: "") == rendered(diagnostic))
    }
}
