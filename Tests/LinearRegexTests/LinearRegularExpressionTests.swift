import LinearRegex
import Testing

@Suite struct LinearRegularExpressionTests {
    @Test func `A pattern matches anywhere unless anchored`() throws {
        #expect(try LinearRegularExpression("b+").matches("abbc"))
        #expect(try !LinearRegularExpression("^b").matches("abbc"))
        #expect(try LinearRegularExpression("^$").matches(""))
        #expect(try !LinearRegularExpression("^a$").matches("a\n"))
        #expect(try LinearRegularExpression("^.$").matches("é"))
        #expect(try LinearRegularExpression("").matches("x"))
    }

    @Test func `Groups carry their text and place, and nil where they took no part`() throws {
        let match = try #require(try LinearRegularExpression("(a)|(ü)").firstMatch(in: "xü"))
        #expect(match.range == 1..<3)
        #expect(match.text == "ü")
        #expect(match.groups.map { $0?.text } == ["ü", nil, "ü"])
        let empty = try #require(try LinearRegularExpression("(x*)").firstMatch(in: ""))
        #expect(empty.groups.map { $0?.text } == ["", ""])
    }

    @Test func `Matches do not overlap, and an empty one after another match is passed over`() throws {
        let expression = try LinearRegularExpression("a*")
        #expect(expression.matches(in: "baaüc").map(\.range) == [0..<0, 1..<3, 5..<5, 6..<6])
        #expect(expression.matches(in: "baaüc", limit: 2).map(\.range) == [0..<0, 1..<3])
        #expect(try LinearRegularExpression("ab").matches(in: "ababab").count == 3)
        #expect(try LinearRegularExpression("x").matches(in: "").isEmpty)
    }

    @Test func `Replacing substitutes groups and copies the rest`() throws {
        let expression = try LinearRegularExpression(#"(\w+)@(\w+)"#)
        #expect(try expression.replacing(in: "a@b, c@d!", with: #"\2 at \1"#) == "b at a, d at c!")
        #expect(try expression.replacing(in: "a@b, c@d!", with: #"<\0>"#, limit: 1) == "<a@b>, c@d!")
        #expect(try expression.replacing(in: "a@b", with: #"\\1"#) == #"\1"#)
        #expect(try expression.replacing(in: "a@b", with: "x", limit: 0) == "a@b")
        #expect(try LinearRegularExpression("(a)|b").replacing(in: "ab", with: #"[\1]"#) == "[a][]")
        #expect(try LinearRegularExpression("").replacing(in: "éa", with: "-") == "-é-a-")
    }

    @Test(arguments: [#"\3"#, #"x\"#, #"\x"#])
    func `A replacement with a wrong backslash is refused`(replacement: String) throws {
        let expression = try LinearRegularExpression(#"(\w+)@(\w+)"#)
        #expect(throws: LinearRegularExpression.ReplacementError.self) {
            try expression.replacing(in: "a@b", with: replacement)
        }
    }

    @Test(arguments: [
        ("a(b", RegexSyntaxError.Kind.syntax, 3), ("ab)", .syntax, 0), ("x**", .syntax, 1), ("a[z-b]", .syntax, 2),
        (#"a\q"#, .syntax, 1), ("a{1001}", .syntax, 1), ("ab(?=c)", .unsupported, 2), ("(?<!a)b", .unsupported, 0),
        (#"(a)\1"#, .unsupported, 3), ("((((a{100}){10}){10}){10})", .syntax, 0),
    ])
    func `A pattern that cannot be used is refused with its kind`(pattern: String, kind: RegexSyntaxError.Kind, offset: Int) {
        let error = #expect(throws: RegexSyntaxError.self) { try LinearRegularExpression(pattern) }
        #expect(error?.kind == kind, "\(String(describing: error))")
        if offset > 0 { #expect(error?.offset == offset, "\(String(describing: error))") }
        #expect(error?.message.isEmpty == false)
    }

    @Test func `A pattern over the limit is refused`() {
        let long = String(repeating: "a", count: LinearRegularExpression.maximumPatternLength + 1)
        let error = #expect(throws: RegexSyntaxError.self) { try LinearRegularExpression(long) }
        #expect(error?.kind == .unsupported)
    }

    @Test func `Nested repetition takes linear time`() throws {
        let text = String(repeating: "a", count: 200_000) + "b"
        #expect(try !LinearRegularExpression("^(a+)+$").matches(text))
        #expect(try !LinearRegularExpression("^(a|aa)*c$").matches(text))
    }

    @Test func `One expression serves many tasks at once`() async throws {
        let expression = try LinearRegularExpression("^(x+x+)+y$")
        let agreed = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<32 {
                group.addTask { expression.matches(String(repeating: "x", count: 100 + index) + "y") }
            }
            return await group.allSatisfy(\.self)
        }
        #expect(agreed)
    }
}
