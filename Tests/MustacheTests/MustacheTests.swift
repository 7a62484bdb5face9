import Mustache
import Testing
import Values

@Suite struct MustacheTests {
    @Test func `a text that is no HTML is not escaped`() throws {
        #expect(try render("{{a}} {{{a}}}", #"{"a":"<b> & 'c'"}"#, escaping: .none) == "<b> & 'c' <b> & 'c'")
        #expect(try render("{{a}} {{{a}}}", #"{"a":"<b> & 'c'"}"#) == "&lt;b&gt; &amp; &#39;c&#39; <b> & 'c'")
    }

    @Test(arguments: [
        ("a {{name", MustacheProblem.Kind.unclosedTag, 2..<4), ("{{{name}}", .unclosedTag, 0..<2), ("{{", .unclosedTag, 0..<2),
        ("{{#a}}x", .unclosedSection("a"), 0..<6), ("{{#a}}{{^b}}{{/a}}", .unexpectedClose("a", expected: "b"), 12..<18),
        ("{{/a}}", .unexpectedClose("a", expected: nil), 0..<6), ("{{}}", .noName, 0..<4), ("{{a b}}", .noName, 0..<7),
        ("{{a..b}}", .noName, 0..<8), ("{{=a=}}", .badDelimiters, 0..<7), ("é{{> footer}}", .unsupported(">"), 2..<14),
        ("{{<parent}}", .unsupported("<"), 0..<11), ("{{$block}}", .unsupported("$"), 0..<10),
    ])
    func `what is no template says where and why`(text: String, kind: MustacheProblem.Kind, range: Range<Int>) {
        #expect(throws: MustacheProblem(kind: kind, range: range)) { try MustacheTemplate(text) }
    }

    @Test func `sections are nested as deep as the limit and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "{{#a}}", count: depth) + "x" + String(repeating: "{{/a}}", count: depth)
        }
        #expect(try render(nested(32), #"{"a":true}"#) == "x")
        #expect(throws: MustacheProblem.self) { try MustacheTemplate(nested(33)) }
    }

    @Test(arguments: [#"{"a":[1]}"#, #"{"a":{"b":1}}"#])
    func `a list or map is no text`(data: String) {
        #expect(throws: MustacheFailure.self) { try render("{{a}}", data) }
    }

    @Test func `a template cannot make more than the largest text`() {
        let list = "[" + Array(repeating: "1", count: 1_100).joined(separator: ",") + "]"
        #expect(throws: MustacheFailure.tooLarge) { try render("{{#a}}{{#a}}x{{/a}}{{/a}}", "{\"a\":\(list)}") }
        #expect(throws: MustacheFailure.tooLarge) {
            try render("{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}", "{\"a\":\(list)}")
        }
    }

    @Test func `every beginning of a template is read or refused`() {
        let text =
            "Hi {{name}},\n{{#lines}}\n * {{{sku}}} {{& qty}}\n{{/lines}}\n{{^lines}}none{{/lines}}{{! bye }}{{=<% %>=}}<%x%>"
        let bytes = Array(text.utf8)
        for count in 0...bytes.count {
            _ = try? MustacheTemplate(Array(bytes[..<count])).text(of: ["lines": [["sku": "a"]]], escaping: .html)
        }
    }
}
