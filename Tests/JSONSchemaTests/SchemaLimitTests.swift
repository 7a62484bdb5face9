import JSONSchema
import Testing
import Values

@Suite struct SchemaLimitTests {
    private func nested(_ depth: Int, innermost: Value = 0, _ wrap: (Value) -> Value) -> Value {
        (0..<depth).reduce(innermost) { value, _ in wrap(value) }
    }

    @Test func `A recursive schema stops at the depth limit, not at the end of the stack`() throws {
        let schema = try compiled(##"{"items":{"allOf":[{"$ref":"#"}]}}"##)
        #expect(schema.accepts(nested(100) { [$0] }))
        let found = schema.validate(nested(1_000) { [$0] })
        #expect(found.map(\.message) == ["the value needs more than 400 schemas within each other"])
    }

    @Test func `The depth limit holds on a small stack`() async throws {
        let schema = try compiled(##"{"properties":{"n":{"anyOf":[{"if":true,"then":{"$ref":"#"}}]}}}"##)
        let instance = nested(500) { ["n": $0] }
        let found = await Task.detached { schema.validate(instance) }.value
        #expect(found.count == 1)
    }

    @Test func `A dynamic reference that leads back to itself ends`() throws {
        let schema = try compiled(##"{"$dynamicAnchor":"node","$dynamicRef":"#node"}"##)
        #expect(!schema.accepts(1))
        #expect(schema.validate(1).map(\.message) == ["the value needs more than 400 schemas within each other"])
    }

    @Test func `Exponential schemas run out of steps`() throws {
        let levels = (0..<40).map { level in
            ##""l\##(level)":{"anyOf":[{"allOf":[{"$ref":"#/$defs/l\##(level + 1)"},{"minimum":9}]},{"$ref":"#/$defs/l\##(level + 1)"}]}"##
        }
        let text = ##"{"$ref":"#/$defs/l0","$defs":{\##(levels.joined(separator: ",")),"l40":{"minimum":10}}}"##
        var options = CompiledSchema.Options()
        options.limits.steps = 100_000
        let schema = try compiled(text, options)
        #expect(schema.validate(1).map(\.message) == ["the value takes more than 100000 steps to validate"])
        #expect(!schema.accepts(1))
    }

    @Test func `A limit inside 'not' does not make a value valid`() throws {
        var options = CompiledSchema.Options()
        options.limits.steps = 10
        let schema = try compiled(#"{"not":{"items":{"type":"string"}}}"#, options)
        #expect(!schema.accepts(.list(Array(repeating: "x", count: 100))))
        #expect(!schema.validate(.list(Array(repeating: "x", count: 100))).isEmpty)
    }

    @Test func `Schemas that are too deep or too large are refused`() {
        let deep = nested(400, innermost: true) { ["not": $0] }
        #expect(CompiledSchema.compile(deep).problems.map(\.kind) == [.tooComplex])
        var options = CompiledSchema.Options()
        options.limits.subschemas = 10
        let wide: Value = ["allOf": .list(Array(repeating: [:], count: 20))]
        #expect(CompiledSchema.compile(wide, options: options).problems.map(\.kind) == [.tooComplex])
        let patterns: Value = ["allOf": .list(Array(repeating: ["pattern": "a"], count: SchemaLimits().patterns + 5))]
        #expect(CompiledSchema.compile(patterns).problems.map(\.kind) == [.tooComplex])
    }

    @Test func `Large lists with unique items are checked in time`() throws {
        let schema = try compiled(#"{"uniqueItems":true,"items":{"type":"integer"}}"#)
        #expect(schema.accepts(.list((0..<50_000).map { .int($0) })))
        #expect(!schema.accepts(.list((0..<50_000).map { .int($0 % 49_999) })))
    }

    @Test(arguments: [
        ("0.0075", "0.0001", true), ("0.00751", "0.0001", false), ("1e308", "0.5", true), ("1e308", "0.123456789", false),
        ("9007199254740993", "3", true), ("9007199254740992", "3", false), ("4.35", "0.01", true),
        ("12391239123", "1e-8", true), ("0", "7", true),
        ("-6", "4", false), ("-8.0", "4", true), ("3e-10", "1e-10", true), ("100", "1000", false), ("5e-324", "5e-324", true),
    ])
    func `Multiples are those of decimals`(number: String, divisor: String, isMultiple: Bool) throws {
        let schema = try compiled(#"{"multipleOf":\#(divisor)}"#)
        #expect(schema.accepts(try JSON.parse(number)) == isMultiple)
    }

    @Test func `Integers and doubles compare exactly`() throws {
        #expect(try violations(of: "9007199254740993", #"{"maximum":9007199254740992}"#).count == 1)
        #expect(try violations(of: "9223372036854775807", #"{"exclusiveMaximum":9223372036854775808}"#) == [])
        #expect(try violations(of: "-9223372036854775808", #"{"minimum":-9223372036854775808}"#) == [])
        #expect(try violations(of: "3", #"{"minimum":3.5}"#).count == 1)
        #expect(try violations(of: "-3", #"{"maximum":-3.5}"#).count == 1)
    }
}
