import JSONSchema
import Testing
import Values

@Suite struct ViolationTests {
    @Test(arguments: [
        (#"{"type":"string"}"#, "1", ": expected string, found integer"),
        (#"{"type":["string","null"]}"#, "[]", ": expected string or null, found list"),
        (#"{"type":"integer"}"#, "1.5", ": expected integer, found number 1.5"),
        (#"{"enum":["a","b"]}"#, #""c""#, #": expected "a" or "b", found "c""#),
        (
            #"{"enum":["red","green",3]}"#, #""gren""#,
            #": expected one of "red", "green" or 3, found "gren"; did you mean "green"?"#
        ),
        (#"{"const":{"a":1}}"#, "2", #": expected {"a":1}, found 2"#),
        (#"{"minimum":3}"#, "2", ": expected at least 3, found 2"),
        (#"{"exclusiveMinimum":3}"#, "3", ": expected more than 3, found 3"),
        (#"{"maximum":3}"#, "3.5", ": expected at most 3, found 3.5"),
        (#"{"exclusiveMaximum":3}"#, "3", ": expected less than 3, found 3"),
        (#"{"multipleOf":0.01}"#, "0.075", ": expected a multiple of 0.01, found 0.075"),
        (#"{"minLength":1}"#, #""""#, ": expected at least 1 character, found 0"),
        (#"{"maxLength":2}"#, #""abc""#, ": expected at most 2 characters, found 3"),
        (#"{"pattern":"^a"}"#, #""b""#, #": expected text matching ^a, found "b""#),
        (#"{"minItems":1}"#, "[]", ": expected at least 1 item, found 0"),
        (#"{"maxItems":1}"#, "[1,2]", ": expected at most 1 item, found 2"),
        (#"{"uniqueItems":true}"#, "[1,2,1.0]", ": items 0 and 2 are equal: 1"),
        (#"{"contains":{"type":"null"}}"#, "[1]", ": expected at least 1 item that fit 'contains', found 0"),
        (#"{"prefixItems":[true],"items":false}"#, "[1,2]", "/1: expected at most 1 item, found 2"),
        (#"{"items":{"type":"string"}}"#, #"["a",1]"#, "/1: expected string, found integer"),
        (#"{"required":["a"]}"#, "{}", ": missing field 'a'"),
        (#"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#, ": missing field 'b', which 'a' needs"),
        (#"{"minProperties":1}"#, "{}", ": expected at least 1 field, found 0"),
        (
            #"{"properties":{"name":true,"size":true},"additionalProperties":false}"#, #"{"q/":1}"#,
            "/q~1: unknown field 'q/', expected 'name' or 'size'"
        ),
        (
            #"{"properties":{"orderId":true,"size":true},"additionalProperties":false}"#, #"{"order_id":1}"#,
            "/order_id: unknown field 'order_id', did you mean 'orderId'?"
        ),
        (#"{"unevaluatedProperties":false}"#, #"{"a":1}"#, "/a: unknown field 'a'"),
        (
            #"{"propertyNames":{"pattern":"^a"}}"#, #"{"b":1}"#,
            #"/b: field name 'b' is not allowed: expected text matching ^a, found "b""#
        ),
        (#"{"not":{"type":"string"}}"#, #""x""#, #": the value fits the schema that 'not' excludes: "x""#),
        (#"false"#, "1", ": no value is allowed here"),
    ])
    func `A violation names the place and says what was expected`(schema: String, instance: String, expected: String) throws {
        #expect(try violations(of: instance, schema) == [expected])
    }

    @Test func `Alternatives that differ by type are told together`() throws {
        let schema = #"{"anyOf":[{"type":"string"},{"type":["null","integer"]}]}"#
        #expect(try violations(of: "[]", schema) == [": expected string, null or integer, found list"])
    }

    @Test func `The alternative that was evidently meant explains itself`() throws {
        let schema = #"{"oneOf":[{"type":"null"},{"type":"object","required":["id"],"properties":{"n":{"type":"integer"}}}]}"#
        #expect(try violations(of: #"{"n":"x"}"#, schema) == [": missing field 'id'", "/n: expected integer, found string"])
        let tagged = #"""
            {"oneOf":[
              {"properties":{"kind":{"const":"a"},"x":{"type":"string"}}},
              {"properties":{"kind":{"const":"b"},"x":{"type":"integer"}}}]}
            """#
        #expect(try violations(of: #"{"kind":"b","x":"1"}"#, tagged) == ["/x: expected integer, found string"])
    }

    @Test func `Otherwise every alternative gives a reason`() throws {
        let schema = #"{"anyOf":[{"minimum":10},{"multipleOf":4}]}"#
        #expect(
            try violations(of: "7", schema)
                == [": fits none of 2 alternatives: expected at least 10, found 7; or expected a multiple of 4, found 7"])
        let both = #"{"oneOf":[{"minimum":1},{"minimum":2},{"maximum":0}]}"#
        #expect(try violations(of: "3", both) == [": fits the alternatives 0 and 1 of 'oneOf', expected exactly one"])
    }

    @Test func `All violations are reported, in document order and with both pointers`() throws {
        let schema = try compiled(
            ##"{"$ref":"#/$defs/order","$defs":{"order":{"properties":{"b":{"items":{"type":"string"}},"a":{"minLength":2}},"required":["c"]}}}"##
        )
        let found = schema.validate(try JSON.parse(#"{"b":[1,"x",2,3,4,5,6,7,8,9,10],"a":"x"}"#))
        #expect(found.map(\.instancePointer) == ["", "/a", "/b/0"] + (2...10).map { "/b/\($0)" })
        #expect(
            found.map(\.schemaPointer).prefix(3) == [
                "/$defs/order/required", "/$defs/order/properties/a/minLength", "/$defs/order/properties/b/items/type",
            ])
        #expect(found.map(\.keyword).prefix(3) == ["required", "minLength", "type"])
    }

    @Test func `No more than the bounded number of violations is reported`() throws {
        let schema = try compiled(#"{"items":{"type":"string"}}"#)
        #expect(schema.validate(.list(Array(repeating: 1, count: 1_000))).count == SchemaLimits().violations)
    }

    @Test func `What JSON has no kind for counts as its text`() throws {
        let schema = try compiled(
            #"{"properties":{"at":{"type":"string","pattern":"^2026"},"for":{"const":"5400s"},"n":{"type":"integer"}}}"#)
        let at = try #require(Timestamp(rfc3339: "2026-11-23T20:20:57Z"))
        let span = try #require(TimeSpan(durationLiteral: "90m"))
        #expect(schema.validate(["at": .timestamp(at), "for": .duration(span), "n": .uint(3)]) == [])
        #expect(schema.accepts(["n": .optional(.double(2.0))]))
        #expect(!schema.accepts(["n": .bytes([1])]))
    }

    @Test func `Strings compare by code point`() throws {
        let schema = try compiled(#"{"enum":["\u00e9"],"maxLength":1}"#)
        #expect(schema.accepts("\u{E9}"))
        #expect(!schema.accepts("e\u{301}"))
        let fields = try compiled(#"{"properties":{"\u00e9":false}}"#)
        #expect(fields.accepts(["e\u{301}": 1]))
        #expect(!fields.accepts(["\u{E9}": 1]))
    }

    @Test func `Formats are asserted only on demand`() throws {
        let schema = #"{"properties":{"m":{"format":"email"},"s":{"format":"size"}}}"#
        #expect(try violations(of: #"{"m":"nobody","s":"?"}"#, schema) == [])
        let options = CompiledSchema.Options(assertsFormats: true, additionalFormats: ["size": { $0 == "XL" }])
        #expect(
            try violations(of: #"{"m":"nobody","s":"?"}"#, schema, options)
                == [#"/m: expected an email address, found "nobody""#, #"/s: expected size, found "?""#])
    }
}
