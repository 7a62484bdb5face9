import CEL
import Foundation
import Testing
import Values

struct CompiledExpressionTests {
    private func compile(_ source: String, _ scope: ExpressionScope = Sample.scope) throws -> CompiledExpression {
        let (expression, problems) = ExpressionCompiler.compile(source, in: scope)
        return try #require(expression, "\(problems.map(\.message))")
    }

    @Test func `an expression knows the slots it reads`() throws {
        #expect(try compile("steps.order.total > 1.0 && input.rush").slots == [0, 1])
        #expect(try compile("input.lines.map(l, l.sku + input.orderId + secrets.payments_key)").slots == [0, 4])
        #expect(try compile("1 + 2").slots == [])
    }

    @Test func `an expression without variables is a constant`() throws {
        #expect(try compile("1 + 2").constant == 3)
        #expect(try compile("[1, 2].map(x, x * 2)").constant == [2, 4])
        #expect(try compile("input.count").constant == .none)
        #expect(try compile("null").constant == .some(.null))
    }

    @Test func `a text with a secret is secret`() throws {
        #expect(try compile("\"Bearer \" + secrets.payments_key").type == .secret)
    }

    @Test(
        arguments: [
            ("result.id", 0..<6), ("input.count + result", 14..<20), ("result == 1", nil), ("[result]", nil),
            ("string(result)", nil),
            ("input.tags.map(t, result.x)", 18..<24), ("result && true", 0..<6), ("input.count", nil),
            ("input.anything.deep[0]", 0..<14),
        ] as [(String, Range<Int>?)])
    func `an expression knows where it relies on a value of no known type`(source: String, range: Range<Int>?) throws {
        #expect(try compile(source).firstUseOfAny == range)
    }

    @Test func `the deepest expression needs little stack`() async {
        let sources = [
            String(repeating: "(", count: 249) + "1" + String(repeating: ")", count: 249),
            "input.count" + String(repeating: "+1", count: 245), String(repeating: "-", count: 240) + "input.count",
            String(repeating: "[", count: 245) + "input.count" + String(repeating: "]", count: 245),
            String(repeating: "input.rush ? 1 : ", count: 245) + "input.count",
            String(repeating: "math.abs(", count: 245) + "input.count" + String(repeating: ")", count: 245),
        ]
        let succeeded = await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    returning: sources.filter { source in
                        let expression = ExpressionCompiler.compile(source, in: Sample.scope).expression
                        return (try? expression?.evaluate(Sample.slots)) != nil
                    }.count)
            }
            // What glibc gives a thread when the process has no limit; debug builds need most of it.
            thread.stackSize = 2 << 20
            thread.start()
        }
        #expect(succeeded == sources.count)
    }

    @Test func `what a condition proves holds where it was true`() throws {
        let condition = try compile("input.note != null && steps.shipment != null")
        let scope = Sample.scope.assuming(condition, is: true)
        #expect(try compile("input.note.size()", scope).type == .int)
        #expect(try compile("steps.shipment.trackingNumber", scope).type == .string)
        #expect(
            ExpressionCompiler.compile("input.note.size()", in: Sample.scope.assuming(condition, is: false)).expression == nil)
    }

    @Test func `an early return proves the opposite`() throws {
        let condition = try compile("input.note == null || steps.shipment == null")
        let scope = Sample.scope.assuming(condition, is: false)
        #expect(try compile("input.note + steps.shipment.trackingNumber", scope).type == .string)
    }

    @Test func `fields of fields are narrowed with what is around them`() throws {
        let scope = Sample.scope.assuming(try compile("has(input.customer.email)"), is: true)
        #expect(try compile("input.customer.email.size()", scope).type == .int)
    }

    @Test func `a comparison leaves of several alternatives those that it may be`() throws {
        let isPaid = try compile("steps.answer.name == \"paid\"")
        let paid = Sample.scope.assuming(isPaid, is: true)
        #expect(try compile("steps.answer.data.amount", paid).type == .int)
        #expect(try compile("steps.answer.name", paid).type == .enumeration(["paid"]))
        let rest = Sample.scope.assuming(isPaid, is: false)
        #expect(ExpressionCompiler.compile("steps.answer.data.amount", in: rest).problems.map(\.kind) == [.unknownField])
        let refused = rest.assuming(try compile("steps.answer.name == \"expired\"", rest), is: false)
        #expect(try compile("steps.answer.data.by", refused).type == .string)
        let nothing = refused.assuming(try compile("steps.answer.name == \"refused\"", refused), is: false)
        #expect(try compile("steps.answer.data.by", nothing).type == .string)
    }

    @Test func `what was found not to be null stays so when alternatives are left out`() throws {
        let hasBy = Sample.scope.assuming(try compile("steps.late == null || steps.late.data.by == null"), is: false)
        let unpaid = hasBy.assuming(try compile("steps.late.name == \"paid\"", hasBy), is: false)
        #expect(try compile("steps.late.data.by", unpaid).type == .string)
        #expect(try compile("steps.late.data.reason", unpaid).type == .nullable(.string))
    }

    @Test func `integers become numbers where a join makes them so`() throws {
        #expect(try compile("(input.rush ? 1 : 2.5) / 2").evaluate(Sample.slots) == 0.5)
        #expect(try compile("[1, 2.5].map(x, x / 2)").evaluate(Sample.slots) == [0.5, 1.25])
        #expect(try compile("[1] + [2.5]").evaluate(Sample.slots) == [1.0, 2.5])
        #expect(try compile("input.?count.orValue(2.5) / 2").evaluate(Sample.slots) == 1.5)
    }

    @Test func `maps iterate in key order whatever order they were written in`() throws {
        #expect(try compile("{\"b\": 1, \"a\": 2, \"c\": 3}.map(k, k)").evaluate(Sample.slots) == ["a", "b", "c"])
        #expect(try compile("{\"b\": 1, \"a\": 2}.transformList(k, v, v)").evaluate(Sample.slots) == [2, 1])
    }

    @Test func `texts compare by code point, never by normal form`() throws {
        #expect(try compile("\"\\u00e9\" == \"e\\u0301\"").constant == false)
        #expect(try compile("{\"\\u00e9\": 1, \"e\\u0301\": 2}.size()").constant == 2)
        #expect(try compile("\"👩‍👩‍👧\".size()").constant == 5)
        #expect(try compile("\"\\r\\n\".size()").constant == 2)
    }

    @Test func `in standard CEL nothing widens and absent fields are errors`() throws {
        let (sum, problems) = ExpressionCompiler.compile("1 + 2.5", in: ExpressionScope(), options: .standard)
        #expect(sum == nil && problems.first?.kind == .noOverload)
        let scope = ExpressionScope([ScopedVariable(name: "x", type: .any, slot: 0)])
        let field = try #require(ExpressionCompiler.compile("x.missing", in: scope, options: .standard).expression)
        #expect(throws: EvaluationFailure(kind: .expression, message: "there is no field 'missing'", range: 0..<9)) {
            try field.evaluate(Slots(values: [["present": 1]]))
        }
    }

    @Test func `a failure points at the part that failed`() throws {
        let expression = try compile("input.count + int(input.orderId)")
        #expect(throws: EvaluationFailure(kind: .expression, message: "'o-17' is not an integer", range: 14..<32)) {
            try expression.evaluate(Sample.slots)
        }
    }
}
