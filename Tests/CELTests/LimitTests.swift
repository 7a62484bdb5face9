import CEL
import Testing
import Values

/// Every bound on expressions, and what is said when it is met.
struct LimitTests {
    private func problem(_ source: String, _ options: ExpressionOptions = .workflow) -> ExpressionProblem? {
        ExpressionCompiler.compile(source, in: Sample.scope, options: options).problems.first { $0.isError }
    }

    private func failure(_ source: String, limits: EvaluationLimits = .standard) throws -> EvaluationFailure? {
        let expression = try #require(ExpressionCompiler.compile(source, in: Sample.scope).expression)
        do {
            _ = try expression.evaluate(Sample.slots, limits: limits)
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
        String(repeating: "[", count: 300) + String(repeating: "]", count: 300),
        String(repeating: "[", count: 100_000), String(repeating: "{1:", count: 100_000),
        String(repeating: "!", count: 300) + "true", String(repeating: "-", count: 100_000),
        "1" + String(repeating: "+1", count: 300), "result" + String(repeating: ".a", count: 300),
        "result" + String(repeating: "[0]", count: 300),
        String(repeating: "true ? 1 : ", count: 300) + "1",
        String(repeating: "size(", count: 300) + "1" + String(repeating: ")", count: 300),
    ])
    func `nesting beyond 250 levels is refused`(source: String) {
        #expect(problem(source)?.kind == .tooComplex)
    }

    @Test func `nesting of 200 levels is fine`() {
        #expect(problem(String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200)) == nil)
        #expect(problem("1" + String(repeating: "+1", count: 200)) == nil)
        #expect(problem(String(repeating: "!", count: 200) + "input.rush") == nil)
    }

    @Test func `long chains of and are one level`() {
        #expect(problem("input.rush" + String(repeating: " && input.rush", count: 900)) == nil)
        #expect(problem("input.rush" + String(repeating: " || input.rush", count: 900)) == nil)
    }

    @Test func `more than 2000 nodes are refused`() {
        #expect(problem("[" + String(repeating: "1,", count: 1_999) + "]") == nil)
        let refused = problem("[" + String(repeating: "1,", count: 2_000) + "]")
        #expect(refused?.kind == .tooComplex)
        #expect(refused?.message == "this expression has more than 2000 parts")
    }

    @Test func `three loops may stand inside each other, four may not`() {
        #expect(problem("[1].map(a, [1].map(b, [1].map(c, a + b + c)))") == nil)
        #expect(problem("[1].map(a, [1].map(b, [1].map(c, [1].map(d, d))))")?.kind == .tooComplex)
        #expect(problem("[1].map(a, a).map(b, b).map(c, c).map(d, d).map(e, e)") == nil)
    }

    @Test(arguments: [
        "lists.range(input.count * 1000).map(a, lists.range(1000).map(b, a + b)).size()",
        "lists.range(input.count * 1000).map(a, lists.range(1000).exists(b, a + b < 0)).size()",
        "lists.range(input.count * 1000).distinct().size()",
        "lists.range(1000).map(a, input.orderId.replace(\"\", \"0123456789\").replace(\"\", \"0123456789\").replace(\"\", \"0123456789\")).size()",
        "lists.range(input.count * 100000).map(a, a).map(a, a).map(a, a).size()",
        "input.tags.map(t, lists.range(100000).map(a, t.replace(\"\", \"x\").matches(\"(x+)+y\"))).size()",
    ])
    func `work beyond the steps allowed is stopped`(source: String) throws {
        let failure = try #require(try failure(source, limits: EvaluationLimits(steps: 50_000, resultBytes: 1 << 20)))
        #expect(failure.kind == .limit)
    }

    @Test func `a million steps are allowed`() throws {
        let source = "lists.range(input.count * 50000).map(a, a).size()"
        #expect(try failure(source) == nil)
        #expect(try failure(source.replacing("size()", with: "map(a, a).map(a, a).size()"))?.kind == .limit)
    }

    @Test(arguments: [
        "lists.range(input.count * 100000).map(a, input.orderId)",
        "cel.bind(a, input.orderId + \"0123456789abcdef\", cel.bind(b, a.replace(\"\", a), cel.bind(c, b.replace(\"\", b), c.replace(\"\", c))))",
        "cel.bind(a, [input.orderId, input.orderId], cel.bind(b, [a, a, a, a, a, a, a, a], cel.bind(c, [b, b, b, b, b, b, b, b], "
            + "cel.bind(d, [c, c, c, c, c, c, c, c], cel.bind(e, [d, d, d, d, d, d, d, d], cel.bind(f, [e, e, e, e, e, e, e, e], [f, f, f, f, f, f]))))))",
        "\"%s\".format([cel.bind(a, lists.range(input.count * 40000), cel.bind(b, [a, a, a, a], [b, b, b, b, b, b, b, b]))])",
        "json.text(cel.bind(a, lists.range(input.count * 40000), cel.bind(b, [a, a, a, a], [b, b, b, b, b, b, b, b])))",
    ])
    func `a result beyond a mebibyte is refused`(source: String) throws {
        let failure = try #require(try failure(source))
        #expect(failure.kind == .limit)
    }

    @Test func `limits are the caller's to choose`() throws {
        #expect(try failure("input.tags.map(t, t)") == nil)
        #expect(try failure("input.tags.map(t, t)", limits: EvaluationLimits(steps: 3))?.kind == .limit)
        #expect(try failure("input.orderId + input.orderId", limits: EvaluationLimits(resultBytes: 4))?.kind == .limit)
    }

    @Test func `an error does not hide a limit from and and or`() throws {
        let source = "input.rush || true"
        #expect(try failure(source) == nil)
        let costly = "lists.range(input.count * 100000).all(a, lists.range(100).all(b, a + b >= 0)) && false"
        #expect(try failure(costly, limits: EvaluationLimits(steps: 50_000))?.kind == .limit)
    }

    @Test func `constants too costly to fold are left for later`() throws {
        let source = "lists.range(3000).map(a, lists.range(3000).map(b, a + b)).size()"
        let (expression, problems) = ExpressionCompiler.compile(source, in: ExpressionScope())
        #expect(problems.isEmpty)
        #expect(try #require(expression).constant == .none)
        #expect(try failure(source, limits: EvaluationLimits(steps: 50_000))?.kind == .limit)
    }
}
