import Testing
import Values

@Suite struct ValueTests {
    @Test func `Equality is sensitive to kind and to code points`() {
        #expect(Value.int(1) != .double(1))
        #expect(Value.int(1) != .uint(1))
        #expect(Value.string("\u{E9}") != .string("e\u{301}"))
        #expect(Value.double(.nan) == .double(.nan))
        #expect(Value.double(0) != .double(-0.0))
        #expect(Value.optional(nil) != .null)
        #expect(Set<Value>(["\u{E9}", "e\u{301}", 1, .double(1), 1]).count == 4)
    }

    @Test func `An absent field is nil, a null one null`() {
        let map: ValueMap = ["a": .null]
        #expect(map["a"] == .some(.null))
        #expect(map["b"] == .none)
        #expect(Value.map(map)["b"] == .none)
        #expect(Value.int(1)["a"] == .none)
    }

    @Test func `Maps iterate in key order: booleans, numbers, strings by code point`() {
        let map = ValueMap(
            [
                (.string("é"), 1), (.string("z"), 2), (.int(10), 3), (.uint(9), 4), (.int(-1), 5), (.bool(true), 6),
                (.string("Z"), 7), (.bool(false), 8), (.uint(.max), 9),
            ] as [(MapKey, Value)])
        #expect(
            map.map(\.key) == [
                .bool(false), .bool(true), .int(-1), .uint(9), .int(10), .uint(.max), .string("Z"), .string("z"), .string("é"),
            ])
    }

    @Test func `Of equal keys the last one stays, numbers of either kind being equal`() {
        #expect(ValueMap([("a", 1), ("b", 2), ("a", 3)] as [(String, Value)]) == ["a": 3, "b": 2])
        let numbers = ValueMap([(.int(1), "int"), (.uint(1), "uint")] as [(MapKey, Value)])
        #expect(numbers.count == 1)
        #expect(numbers[.int(1)] == "uint")
        #expect(ValueMap([("e\u{301}", 1), ("\u{E9}", 2)] as [(String, Value)]).count == 2)
    }

    @Test func `Fields are set, replaced and removed in place`() {
        var map: ValueMap = [:]
        for index in [5, 3, 9, 1] as [Int64] { map[.int(index)] = .int(index) }
        map[.uint(3)] = "three"
        map[.int(9)] = nil
        map[.int(7)] = nil
        #expect(map.map(\.key) == [.int(1), .int(3), .int(5)])
        #expect(map[.int(3)] == "three")
    }

    @Test func `A map agrees with a dictionary over many changes`() {
        var map = ValueMap()
        var model: [Int64: Int64] = [:]
        var state: UInt64 = 42
        for step in 0..<2_000 as Range<Int64> {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = Int64(state >> 58)
            if state >> 40 & 3 == 0 {
                map[.int(key)] = nil
                model[key] = nil
            } else {
                map[.int(key)] = .int(step)
                model[key] = step
            }
        }
        #expect(map.map(\.key) == model.keys.sorted().map(MapKey.int))
        #expect(
            map.allSatisfy { entry in model.contains { MapKey.int($0.key) == entry.key && Value.int($0.value) == entry.value } }
        )
    }
}
