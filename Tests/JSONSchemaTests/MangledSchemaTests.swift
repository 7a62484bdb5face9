import JSONSchema
import Testing
import Values

/// Schemas and instances from outside must never trap: the suite's own, with parts exchanged at random.
@Suite struct MangledSchemaTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 32) << 32 | (state &* 0x9E37_79B9_7F4A_7C15) >> 32
        }
    }

    private let odd: [Value] = [
        .null, true, false, -1, 0, .int(.max), .int(.min), 0.5, .double(.infinity), .double(.nan), .uint(.max), "", "#", "#/",
        "#/$defs/a", "~", "%zz", "http://[", "\\", "[", "a{9999}",
        [], [[]], [:], ["$ref": "#"], ["$dynamicRef": "#a", "$dynamicAnchor": "a"], .bytes([1]), .optional(nil),
        ["type": ["x"]], ["$id": "a"], ["$id": "urn:x", "$ref": "#/not"],
    ]

    @Test func `Mangled schemas are compiled or refused, and validate without end`() throws {
        guard let suite = ConformanceSuite() else { return }
        var random = Generator(state: 7)
        let groups = try suite.groups(in: "") + suite.groups(in: "optional")
        var compiled = 0
        for _ in 0..<1_000 {
            guard let group = groups.randomElement(using: &random), let other = groups.randomElement(using: &random) else {
                return
            }
            let replacement = Bool.random(using: &random) ? other.schema : odd.randomElement(using: &random) ?? .null
            let schema = mangled(group.schema, with: replacement, &random)
            var options = CompiledSchema.Options(assertsFormats: true)
            options.limits.steps = 20_000
            guard let program = CompiledSchema.compile(schema, options: options).schema else { continue }
            compiled += 1
            for test in group.tests.prefix(3) {
                let instance = mangled(test.data, with: odd.randomElement(using: &random) ?? .null, &random)
                #expect(
                    program.accepts(instance) == program.validate(instance).isEmpty,
                    "\(JSON.text(schema)) \(JSON.text(instance))")
            }
        }
        #expect(compiled > 100)
    }

    /// The value with one of its parts replaced.
    private func mangled(_ value: Value, with replacement: Value, _ random: inout Generator) -> Value {
        switch value {
        case .list(var items) where !items.isEmpty && Int.random(in: 0..<4, using: &random) > 0:
            let index = Int.random(in: items.indices, using: &random)
            items[index] = mangled(items[index], with: replacement, &random)
            return .list(items)
        case .map(var map) where !map.isEmpty && Int.random(in: 0..<4, using: &random) > 0:
            let (key, child) = map[Int.random(in: 0..<map.count, using: &random)]
            map[key] = mangled(child, with: replacement, &random)
            return .map(map)
        default: return replacement
        }
    }
}
