import Testing
import Values

@Suite struct JSONTests {
    @Test(
        arguments: [
            ("null", Value.null), (" true\n", true), ("false", false), ("0", 0), ("-0", 0), ("12", 12), ("-7", -7),
            ("1.0", 1), ("1e3", 1_000), ("1.5", 1.5), ("-2.5E-1", -0.25), ("9223372036854775807", .int(.max)),
            ("-9223372036854775808", .int(.min)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            ("1e308", .double(1e308)), ("5e-324", .double(.leastNonzeroMagnitude)), (#""""#, ""),
            (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00e9\uD83D\uDC32""#, "é🐲"), (#""é🐲\u0000""#, "é🐲\0"), ("[]", []), ("[1,[2]]", [1, [2]]), ("{}", [:]),
            (#"{"b":1,"a":[null]}"#, ["a": [.null], "b": 1]),
        ] as [(String, Value)])
    func `JSON text reads as its value`(text: String, value: Value) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("nul", 0), ("tru", 0), ("01", 0), ("-", 1), ("-01", 1), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0),
        ("1 2", 2),
        ("[1,]", 3), ("[1", 2), ("[1 2]", 3), ("{\"a\"}", 4), ("{a:1}", 1), ("{\"a\":1,}", 7), ("\"a", 0), ("\"\\x\"", 1),
        ("\"\\u12\"", 3),
        ("\"\\uD83D\"", 1), ("\"\\uDC32\"", 1), ("\"\\uD83D\\u0041\"", 1), ("\"\n\"", 1), ("'a'", 0), ("1e400", 0), ("NaN", 0),
        ("\u{FEFF}1", 0),
    ])
    func `What is no JSON is refused with its place`(text: String, offset: Int) {
        let error = #expect(throws: JSON.SyntaxError.self) { try JSON.parse(text) }
        #expect(error?.offset == offset, "\(String(describing: error))")
    }

    @Test func `Invalid UTF-8 is refused`() {
        #expect(throws: JSON.SyntaxError.self) { try JSON.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSON.SyntaxError.self) { try JSON.parse([0x22, 0xED, 0xA0, 0x80, 0x22]) }
        #expect(throws: JSON.SyntaxError.self) { try JSON.parse([0x22, 0x5C, 0x6E, 0xC3, 0x22]) }
    }

    @Test func `Nesting is limited, exactly`() throws {
        let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try JSON.parse(text) }
        #expect(throws: JSON.SyntaxError.self) { try JSON.parse("[" + text + "]") }
        #expect(throws: JSON.SyntaxError.self) { try JSON.parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func `A name that stands twice counts last, or not at all`() throws {
        #expect(try JSON.parse(#"{"a":1,"b":2,"a":3}"#) == ["a": 3, "b": 2])
        #expect(throws: JSON.SyntaxError.self) {
            try JSON.parse(#"{"a":1,"\u0061":3}"#, limits: .init(refusesDuplicateNames: true))
        }
        // Alike to the eye and under Unicode's equivalence, but different names.
        #expect(try JSON.parse(#"{"\u00e9":1,"e\u0301":2}"#, limits: .init(refusesDuplicateNames: true)).mapValue?.count == 2)
    }

    @Test(
        arguments: [
            (Value.double(1.5), "1.5"), (.double(2), "2"), (.double(-0.0), "0"), (.double(1e21), "1e+21"),
            (.double(0.1), "0.1"), (.double(.nan), "null"),
            (.uint(.max), "18446744073709551615"), ("a\"\\\n\u{1}\u{7F}é", #""a\"\\\n\u0001\u007fé""#),
            (.bytes([1, 2]), #""AQI=""#),
            (["b": 1, "a": [1, .null]], #"{"a":[1,null],"b":1}"#), (.optional(nil), "null"), (.optional(3), "3"),
            (.type("int"), #""int""#),
            (
                .map(ValueMap([(.int(2), 1), (.bool(true), 2), (.string("x"), 3)] as [(MapKey, Value)])),
                #"{"true":2,"2":1,"x":3}"#
            ),
        ] as [(Value, String)])
    func `Values are written canonically`(value: Value, text: String) {
        #expect(JSON.text(value) == text)
    }

    @Test func `Pretty text has the same members`() throws {
        let value: Value = ["a": [1, [:]], "b": []]
        #expect(JSON.prettyText(value) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
        #expect(try JSON.parse(JSON.prettyText(value)) == value)
    }

    @Test func `A value normalises to what its text reads as`() throws {
        let at = try #require(Timestamp(rfc3339: "2026-01-02T03:04:05.6Z"))
        let values: [Value] = [
            .double(3), .double(9_007_199_254_740_994), .double(1e300), .double(-1e-9), .double(.infinity), .uint(7),
            .uint(.max),
            .bytes([0, 255]), .timestamp(at), .duration(TimeSpan(microseconds: -1_500_000)), .optional(nil), .optional("x"),
            .map(ValueMap([(.int(1), .double(2.0)), (.uint(9), .null)] as [(MapKey, Value)])),
            [.double(4), ["k": .type("list")]],
        ]
        for value in values {
            #expect(try JSON.parse(JSON.text(value)) == JSON.normalised(value), "\(value)")
            #expect(JSON.normalised(JSON.normalised(value)) == JSON.normalised(value))
        }
    }

    @Test func `Doubles survive the way through text`() throws {
        var bits: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<5_000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: bits)
            guard number.isFinite else { continue }
            let read = try JSON.parse(JSON.text(.double(number)))
            switch read {
            case .double(let double): #expect(double == number)
            case .int(let integer): #expect(Double(integer) == number)
            default: Issue.record("\(number) read as \(read)")
            }
        }
    }

    @Test func `What JSON cannot hold is named`() {
        #expect(JSON.obstacle(to: ["a": [1, "x"]]) == nil)
        #expect(JSON.obstacle(to: ["a": [.double(.nan)]]) != nil)
        #expect(
            JSON.obstacle(to: .map(ValueMap([(.int(1), .null)] as [(MapKey, Value)]))) == "a map key is integer, not a string")
        #expect(JSON.obstacle(to: .optional(.type("int"))) != nil)
    }
}
