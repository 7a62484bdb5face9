import CEL
import Testing
import Values

@Suite struct ConditionShapeTests {
    @Test(arguments: [
        ("input.kind == 'a'", "input.kind", ["a"]), ("'a' == input . kind", "input.kind", ["a"]),
        ("input.kind in ['a', 'b']", "input.kind", ["a", "b"]), ("x == 'a' || x in ['b'] || 'c' == x", "x", ["a", "b", "c"]),
        ("steps.a[0].kind == 'a' // why", "steps.a[0].kind", ["a"]),
    ])
    func `a comparison with constants names its subject and them`(source: String, subject: String, members: [String]) throws {
        let shape = try #require(ConditionShape(of: source))
        #expect(shape.subject == subject)
        #expect(shape.members == members.map(Value.string))
    }

    @Test(arguments: [
        "input.kind != 'a'", "input.kind == input.other", "x == 'a' || y == 'a'", "x == 'a' && y == 'b'", "'a' == 'b'",
        "x in y",
        "x == ", "",
    ])
    func `any other condition has no shape`(source: String) {
        #expect(ConditionShape(of: source) == nil)
    }

    @Test(arguments: [
        ("a  ==b", "a==b"), ("a in b", "a in b"), ("! a", "!a"), ("a // comment", "a"), ("x.map(y, y + 1)", "x.map(y,y+1)"),
    ])
    func `white space that does not matter is left out`(source: String, normalized: String) {
        #expect(ConditionShape.normalized(source) == normalized)
    }

    @Test func `what && joins is taken apart`() {
        #expect(ConditionShape.conjuncts(of: "a && b > 1 && !c") == ["a", "b>1", "!c"])
        #expect(ConditionShape.conjuncts(of: "a || b") == ["a||b"])
        #expect(ConditionShape.conjuncts(of: "a &&") == [])
    }
}
