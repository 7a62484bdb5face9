import LinearRegex
import Testing

@Suite struct ECMAScriptPatternTests {
    @Test(arguments: [
        ("^a$", "a", "a\n"), ("^.$", "é", "\n"), ("^.$", "🐲", "\u{2028}"), (#"^\d+$"#, "09", "٣"), (#"^\w$"#, "_", "é"),
        (#"^\W$"#, "é", "a"), (#"^\s$"#, "\u{FEFF}", "x"), (#"^\S$"#, "x", "\u{3000}"), (#"^[\s]$"#, "\u{A0}", "x"),
        (#"^[\S ]$"#, " ", "\t"), (#"^[^\S]$"#, "\t", "x"), ("^[]$", "never", ""), ("^[^]$", "\n", ""),
        (#"^\cC$"#, "\u{3}", "C"),
        (#"^\x41$"#, "A", "x41"), (#"^\u0041$"#, "A", "B"), (#"^\uD83D\uDC32$"#, "🐲", "x"), (#"^\u{1F432}$"#, "🐲", "u"),
        (#"^[🐲\uD83D\uDC31]$"#, "🐱", "x"), (#"^\0$"#, "\0", "0"), (#"^a\/b$"#, "a/b", #"a\/b"#), (#"^\@\-$"#, "@-", "x"),
        (#"^[\w-.]$"#, "-", "é"), (#"^[\b]$"#, "\u{8}", "b"), (#"\bfoo\b"#, "a foo b", "food"), ("a]}", "a]}", "a"),
        ("^(?<year>[0-9]{4})$", "2026", "26"), ("^(?:a|b)*?$", "abba", "c"), ("^a{3}$", "aaa", "aa"), ("^a{2,}$", "aaaa", "a"),
        ("^a{0,2}$", "", "aaa"), ("^(ab){2,3}$", "ababab", "ab"), ("^.*?$", "", "\n"), ("^[a-c-]$", "-", "d"),
        ("[a^]", "^", "b"),
    ])
    func `A pattern means what ECMAScript says`(pattern: String, accepted: String, refused: String) throws {
        let expression = try LinearRegularExpression(pattern, dialect: .ecma262)
        if pattern != "^[]$" { #expect(expression.matches(accepted)) }
        #expect(!expression.matches(refused))
    }

    @Test(arguments: [
        (#"^\p{L}+$"#, "Äб", "1"), (#"^\p{Letter}+$"#, "Äб", "1"), (#"^\p{digit}+$"#, "0৪", "-"), (#"^\P{Lu}$"#, "a", "A"),
        (#"^\p{Script=Greek}$"#, "α", "a"), (#"^\p{sc=Cyrl}$"#, "б", "b"), (#"^\p{gc=Nd}$"#, "٣", "x"),
        (#"^\p{Alphabetic}$"#, "é", "1"), (#"^\P{Alphabetic}$"#, "1", "é"), (#"^[\p{Emoji}x]$"#, "🐲", "y"),
        (#"^[^\p{White_Space}]$"#, "x", "\u{2003}"), (#"^\p{LC}$"#, "a", "中"), (#"^\p{ASCII}$"#, "~", "é"),
        (#"^\p{Any}$"#, "\n", ""),
        (#"^\P{Any}$"#, "never", "x"), (#"^\p{Cn}$"#, "\u{378}", "a"), (#"^\p{Assigned}$"#, "a", "\u{378}"),
    ])
    func `Unicode properties are known by long and short names`(pattern: String, accepted: String, refused: String) throws {
        let expression = try LinearRegularExpression(pattern, dialect: .ecma262)
        if accepted != "never" { #expect(expression.matches(accepted)) }
        #expect(!expression.matches(refused))
    }

    @Test(arguments: [
        ("(", RegexSyntaxError.Kind.syntax, 0), ("é)", .syntax, 2), ("ab*+", .syntax, 3), ("^*", .syntax, 1),
        (#"\a"#, .syntax, 0),
        (#"ab\Z"#, .syntax, 2), (#"\u{110000}"#, .syntax, 0), (#"\xZ"#, .syntax, 0), (#"\c1"#, .syntax, 0),
        ("a{,3}", .syntax, 1),
        ("a{3,2}", .syntax, 1), ("x[a", .syntax, 1), ("[z-a]", .syntax, 1), (#"\p{Nonsense}"#, .syntax, 0),
        (#"\pL"#, .syntax, 0),
        (#"\"#, .syntax, 0), ("(?<1>a)", .syntax, 0), ("(?x)", .syntax, 0), ("(?=a)", .unsupported, 0),
        ("x(?!a)", .unsupported, 1),
        ("(?<=a)b", .unsupported, 0), ("(?<!a)b", .unsupported, 0), (#"(a)\1"#, .unsupported, 3),
        (#"(?<n>a)\k<n>"#, .unsupported, 7),
        ("(?i:a)", .unsupported, 0), ("a{1000000}", .unsupported, 1),
    ])
    func `A pattern that cannot be used is refused with kind and place`(
        pattern: String, kind: RegexSyntaxError.Kind, offset: Int
    ) {
        let error = #expect(throws: RegexSyntaxError.self) { try LinearRegularExpression(pattern, dialect: .ecma262) }
        #expect(error?.kind == kind, "\(String(describing: error))")
        #expect(error?.offset == offset, "\(String(describing: error))")
    }

    @Test func `Repetitions above RE2's bound are written out`() throws {
        let expression = try LinearRegularExpression("^[a-z]{1500,4000}$", dialect: .ecma262)
        for (length, isMatch) in [(1_499, false), (1_500, true), (2_750, true), (4_000, true), (4_001, false)] {
            #expect(expression.matches(String(repeating: "a", count: length)) == isMatch, "\(length)")
        }
    }

    @Test func `Patterns that would grow beyond memory are refused`() {
        for pattern in ["((a{1000}){1000}){1000}", String(repeating: "(", count: 5_000), "(((x{0,90}){0,90}){0,90}){0,90}"] {
            let error = #expect(throws: RegexSyntaxError.self) { try LinearRegularExpression(pattern, dialect: .ecma262) }
            #expect(error?.kind == .unsupported)
        }
    }

    /// Whatever is legal after translation must be legal for RE2 too: short patterns exceed none of its limits.
    @Test func `RE2 takes every translation`() {
        let pieces = [
            "a", "é", "🐲", "-", "]", "}", ",", "^", "$", ".", "|", "(", "(?:", "(?<n>", ")", ")", "[", "[^", "]", "*", "+", "?",
            "*?", "{2}", "{1,3}", "{0,}",
            #"\d"#, #"\S"#, #"\W"#, #"\b"#, #"\n"#, #"\0"#, #"\x41"#, #"\u00e9"#, #"\u{1F432}"#, #"\uD83D"#, #"\cA"#, #"\-"#,
            #"\]"#, #"\p{L}"#, #"\P{Lu}"#, "z-a", "a-z", #"\"#,
        ]
        var state: UInt64 = 1
        var accepted = 0
        for _ in 0..<20_000 {
            var pattern = ""
            for _ in 0..<8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                if state >> 60 < 11 { pattern += pieces[Int(state >> 33) % pieces.count] }
            }
            do throws(RegexSyntaxError) {
                _ = try LinearRegularExpression(pattern, dialect: .ecma262).matches("aé-]z🐲")
                accepted += 1
            } catch {
                #expect(!error.message.contains("too large"), "\(pattern)")
                #expect((0...pattern.utf8.count).contains(error.offset), "\(pattern)")
            }
        }
        #expect(accepted > 1_000)
    }
}
