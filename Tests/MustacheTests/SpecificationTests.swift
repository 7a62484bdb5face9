import Mustache
import Testing
import Values

/// One case of the specification (github.com/mustache/spec, version 1.4): a template, its data and what comes of both.
struct Case: CustomTestStringConvertible, Sendable {
    var template: String
    var data: String
    var expected: String

    init(_ template: String, _ data: String, _ expected: String) {
        self.template = template
        self.data = data
        self.expected = expected
    }

    var testDescription: String { JSON.text(.string(template)) }
}

func render(_ template: String, _ data: String, escaping: MustacheEscaping = .html) throws -> String {
    let value = try JSON.parse(Array(data.utf8))
    return try MustacheTemplate(template).text(of: value, escaping: escaping)
}

/// What the specification requires, module by module; partials and the optional modules are not here.
enum Specification {
    static let interpolation = [
        Case("Hello from {Mustache}!\n", "{}", "Hello from {Mustache}!\n"),
        Case("Hello, {{subject}}!\n", #"{"subject":"world"}"#, "Hello, world!\n"),
        Case("{{planet}}: {{{planet}}}", #"{"planet":"\"A\" & <b>"}"#, "&quot;A&quot; &amp; &lt;b&gt;: \"A\" & <b>"),
        Case("{{&forbidden}}", #"{"forbidden":"& \" < >"}"#, "& \" < >"),
        Case("\"{{mph}} miles\" {{{mph}}} {{&mph}}", #"{"mph":85}"#, "\"85 miles\" 85 85"),
        Case("{{power}} jiggawatts", #"{"power":1.21}"#, "1.21 jiggawatts"),
        Case("I ({{cannot}}) be seen! ({{{cannot}}}{{&cannot}})", #"{"cannot":null}"#, "I () be seen! ()"),
        Case("I ({{cannot}}) be seen!", "{}", "I () be seen!"),
        Case(
            "\"{{person.name}}\" == \"{{#person}}{{name}}{{/person}}\"", #"{"person":{"name":"Joe"}}"#, "\"Joe\" == \"Joe\""),
        Case("{{a.b.c.d.e.name}}", #"{"a":{"b":{"c":{"d":{"e":{"name":"Phil"}}}}}}"#, "Phil"),
        Case("({{a.b.c}})", #"{"a":{}}"#, "()"),
        Case("({{a.b.c.name}})", #"{"a":{"b":{}},"c":{"name":"Jim"}}"#, "()"),
        Case(
            "{{#a}}{{b.c.d.e.name}}{{/a}}",
            #"{"a":{"b":{"c":{"d":{"e":{"name":"Phil"}}}}},"b":{"c":{"d":{"e":{"name":"Wrong"}}}}}"#, "Phil"),
        Case("{{#a}}({{b.c}}){{/a}}", #"{"a":{"b":{}},"b":{"c":"ERROR"}}"#, "()"),
        Case("Hello, {{.}}!", #""world""#, "Hello, world!"),
        Case("{{.}}", #""& \" < >""#, "&amp; &quot; &lt; &gt;"),
        Case("| {{string}} |", #"{"string":"---"}"#, "| --- |"),
        Case("  {{string}}\n", #"{"string":"---"}"#, "  ---\n"),
        Case("|{{ string }}|{{{ string }}}|{{& string }}|", #"{"string":"---"}"#, "|---|---|---|"),
    ]

    static let sections = [
        Case("\"{{#boolean}}shown{{/boolean}}\"", #"{"boolean":true}"#, "\"shown\""),
        Case("\"{{#boolean}}shown{{/boolean}}\"", #"{"boolean":false}"#, "\"\""),
        Case("\"{{#null}}shown{{/null}}\"", #"{"null":null}"#, "\"\""),
        Case("\"{{#context}}Hi {{name}}.{{/context}}\"", #"{"context":{"name":"Joe"}}"#, "\"Hi Joe.\""),
        Case(
            "\"{{#sec}}{{a}}, {{b}}, {{c.d}}{{/sec}}\"", #"{"a":"foo","b":"wrong","sec":{"b":"bar"},"c":{"d":"baz"}}"#,
            "\"foo, bar, baz\""),
        Case("\"{{#foo}}{{.}} is {{foo}}{{/foo}}\"", #"{"foo":"bar"}"#, "\"bar is bar\""),
        Case(
            "{{#tops}}{{#middles}}{{tname.lower}}{{mname}}.{{/middles}}{{/tops}}",
            #"{"tops":[{"tname":{"upper":"A","lower":"a"},"middles":[{"mname":"1"},{"mname":"2"}]}]}"#, "a1.a2."),
        Case("\"{{#list}}{{item}}{{/list}}\"", #"{"list":[{"item":1},{"item":2},{"item":3}]}"#, "\"123\""),
        Case("\"{{#list}}Yay lists!{{/list}}\"", #"{"list":[]}"#, "\"\""),
        Case(
            "{{#bool}}\n* first\n{{/bool}}\n* {{two}}\n{{#bool}}\n* third\n{{/bool}}\n", #"{"bool":true,"two":"second"}"#,
            "* first\n* second\n* third\n"),
        Case("| A {{#bool}}B {{#bool}}C{{/bool}} D{{/bool}} E |", #"{"bool":true}"#, "| A B C D E |"),
        Case("| A {{#bool}}B {{#bool}}C{{/bool}} D{{/bool}} E |", #"{"bool":false}"#, "| A  E |"),
        Case("[{{#missing}}Found!{{/missing}}]", "{}", "[]"),
        Case("\"{{#list}}({{.}}){{/list}}\"", #"{"list":["a","b",1,2.5]}"#, "\"(a)(b)(1)(2.5)\""),
        Case("\"{{#list}}({{#.}}{{.}}{{/.}}){{/list}}\"", #"{"list":[[1,2,3],["a","b"]]}"#, "\"(123)(ab)\""),
        Case("\"{{#list}}({{{.}}}){{/list}}\"", #"{"list":["\"","<"]}"#, "\"(\")(<)\""),
        Case("{{#.}}({{value}}){{/.}}", #"[{"value":"a"},{"value":"b"}]"#, "(a)(b)"),
        Case("\"{{#a.b.c}}Here{{/a.b.c}}\" == \"Here\"", #"{"a":{"b":{"c":true}}}"#, "\"Here\" == \"Here\""),
        Case("\"{{#a.b.c}}Here{{/a.b.c}}\" == \"\"", #"{"a":{}}"#, "\"\" == \"\""),
        Case(" | {{#boolean}}\t|\t{{/boolean}} | \n", #"{"boolean":true}"#, " | \t|\t | \n"),
        Case(
            " | {{#boolean}} {{! Important Whitespace }}\n {{/boolean}} | \n", #"{"boolean":true}"#, " |  \n  | \n"),
        Case(" {{#boolean}}YES{{/boolean}}\n {{#boolean}}GOOD{{/boolean}}\n", #"{"boolean":true}"#, " YES\n GOOD\n"),
        Case("| This Is\n{{#boolean}}\n|\n{{/boolean}}\n| A Line\n", #"{"boolean":true}"#, "| This Is\n|\n| A Line\n"),
        Case("| This Is\n  {{#boolean}}\n|\n  {{/boolean}}\n| A Line\n", #"{"boolean":true}"#, "| This Is\n|\n| A Line\n"),
        Case("|\r\n{{#boolean}}\r\n{{/boolean}}\r\n|", #"{"boolean":true}"#, "|\r\n|"),
        Case("  {{#boolean}}\n#{{/boolean}}\n/", #"{"boolean":true}"#, "#\n/"),
        Case("#{{#boolean}}\n/\n  {{/boolean}}", #"{"boolean":true}"#, "#\n/\n"),
        Case("|{{# boolean }}={{/ boolean }}|", #"{"boolean":true}"#, "|=|"),
    ]

    static let inverted = [
        Case("\"{{^boolean}}shown{{/boolean}}\"", #"{"boolean":false}"#, "\"shown\""),
        Case("\"{{^boolean}}shown{{/boolean}}\"", #"{"boolean":true}"#, "\"\""),
        Case("\"{{^null}}shown{{/null}}\"", #"{"null":null}"#, "\"shown\""),
        Case("\"{{^context}}Hi {{name}}.{{/context}}\"", #"{"context":{"name":"Joe"}}"#, "\"\""),
        Case("\"{{^list}}{{n}}{{/list}}\"", #"{"list":[{"n":1}]}"#, "\"\""),
        Case("\"{{^list}}Yay lists!{{/list}}\"", #"{"list":[]}"#, "\"Yay lists!\""),
        Case("[{{^missing}}Cannot find key 'missing'!{{/missing}}]", "{}", "[Cannot find key 'missing'!]"),
        Case("\"{{^a.b.c}}Not Here{{/a.b.c}}\"", #"{"a":{}}"#, "\"Not Here\""),
        Case("| A {{^bool}}B {{^bool}}C{{/bool}} D{{/bool}} E |", #"{"bool":false}"#, "| A B C D E |"),
        Case("| This Is\n{{^boolean}}\n|\n{{/boolean}}\n| A Line\n", #"{"boolean":false}"#, "| This Is\n|\n| A Line\n"),
    ]

    static let comments = [
        Case("12345{{! Comment Block! }}67890", "{}", "1234567890"),
        Case("12345{{!\n  This is a\n  multi-line comment...\n}}67890\n", "{}", "1234567890\n"),
        Case("Begin.\n{{! Comment Block! }}\nEnd.\n", "{}", "Begin.\nEnd.\n"),
        Case("Begin.\n  {{! Indented Comment Block! }}\nEnd.\n", "{}", "Begin.\nEnd.\n"),
        Case("|\r\n{{! Standalone Comment }}\r\n|", "{}", "|\r\n|"),
        Case("  {{! I'm Still Standalone }}\n!", "{}", "!"),
        Case("!\n  {{! I'm Still Standalone }}", "{}", "!\n"),
        Case("Begin.\n{{!\nSomething's going on here...\n}}\nEnd.\n", "{}", "Begin.\nEnd.\n"),
        Case("  12 {{! 34 }}\n", "{}", "  12 \n"),
        Case("12345 {{! Comment Block! }} 67890", "{}", "12345  67890"),
    ]

    static let delimiters = [
        Case("{{=<% %>=}}(<%text%>)", #"{"text":"Hey!"}"#, "(Hey!)"),
        Case("({{=[ ]=}}[text])", #"{"text":"It worked!"}"#, "(It worked!)"),
        Case(
            "[\n{{#section}}\n  {{data}}\n  |data|\n{{/section}}\n\n{{= | | =}}\n|#section|\n  {{data}}\n  |data|\n|/section|\n]\n",
            #"{"section":true,"data":"I got interpolated."}"#,
            "[\n  I got interpolated.\n  |data|\n\n  {{data}}\n  I got interpolated.\n]\n"),
        Case("| {{=@ @=}} |", "{}", "|  |"),
        Case(" | {{=@ @=}}\n", "{}", " | \n"),
        Case("Begin.\n{{=@ @=}}\nEnd.\n", "{}", "Begin.\nEnd.\n"),
        Case("Begin.\n  {{=@ @=}}\nEnd.\n", "{}", "Begin.\nEnd.\n"),
        Case("|\r\n{{= @ @ =}}\r\n|", "{}", "|\r\n|"),
        Case("  {{=@ @=}}\n=", "{}", "="),
        Case("=\n  {{=@ @=}}", "{}", "=\n"),
        Case("|{{= @   @ =}}|", "{}", "||"),
    ]
}

@Suite struct SpecificationTests {
    @Test(arguments: Specification.interpolation)
    func `interpolation`(example: Case) throws { try check(example) }

    @Test(arguments: Specification.sections)
    func `sections`(example: Case) throws { try check(example) }

    @Test(arguments: Specification.inverted)
    func `inverted sections`(example: Case) throws { try check(example) }

    @Test(arguments: Specification.comments)
    func `comments`(example: Case) throws { try check(example) }

    @Test(arguments: Specification.delimiters)
    func `set delimiters`(example: Case) throws { try check(example) }

    private func check(_ example: Case) throws {
        #expect(try render(example.template, example.data) == example.expected)
    }
}
