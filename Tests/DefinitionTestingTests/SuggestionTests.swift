import DefinitionTesting
import Diagnostics
import Testing

/// The mock that the message about an unmocked call shows is one that can be pasted.
struct SuggestionTests {
    @Test("Adding one mock after another as they are suggested, a case comes to its end", arguments: [false, true])
    func pasted(inFlow: Bool) throws {
        let project = try TestFileTests.project("suggestions").project
        var mocks: [String] = []
        var inner: [String] = []
        for _ in 0..<40 {
            let text = Self.test(mocks, inner, inFlow: inFlow)
            let (suite, diagnostics) = project.read(SourceFile(path: "unmocked.test.yaml", text: text))
            try #require(diagnostics.isEmpty, "\(TextRenderer().render(diagnostics))")
            let result = try #require(suite?.run().cases.first)
            if result.hasPassed { break }
            let lines = try #require(result.differences.first { $0.subject == "unmocked call" }?.lines, "\(result)")
            let mock = try #require(lines.compactMap { $0.after("add to its mocks:  ") }.first, "\(lines)")
            if lines.contains("they stand under `children`, at child[0], the step that invokes 'inner'") {
                inner.append(mock)
            } else {
                mocks.append(mock)
            }
        }
        #expect(
            (mocks + inner).map { String($0.prefix { $0 != ":" }) } == [
                "s", "plain_shell", "raw", "shaped", "person", "anything", "text", "bounded", "\"each[a]\"", "\"each[b%20c]\"",
                "\"rounds#0/poll\"", "\"child[1].undo/undo\"", "\"child[0].undo/undo\"", "ask",
            ])
    }

    @Test("What is inside an action is suggested when something inside it is mocked already")
    func opened() throws {
        let text = """
            test: crm.lookup
            cases:
              - { name: nothing, input: { name: a } }
              - { name: inside, input: { name: a }, mock: { find/send: { body: { fail: f } } } }
            """
        let (suite, diagnostics) = try TestFileTests.project("suggestions").project.read(
            SourceFile(path: "actions/crm/lookup.test.yaml", text: text))
        #expect(diagnostics.isEmpty)
        let results = try #require(suite?.run().cases)
        #expect(
            results.map { $0.differences.first?.lines.last } == [
                "add to its mocks:  find: {\"value\":{\"fail\":\"fail\"}}", nil,
            ])
    }

    @Test("Where no fitting value is known, none is shown")
    func unknown() throws {
        let text = "test: patterned\ncases: [{ name: nothing }]\n"
        let file = SourceFile(path: "patterned.test.yaml", text: text)
        let result = try #require(try TestFileTests.project("suggestions").project.read(file).suite?.run().cases.first)
        #expect(result.differences.first?.lines.last == "add ask to its mocks, with a value that fits what the step returns")
    }

    private static func test(_ mocks: [String], _ inner: [String], inFlow: Bool) -> String {
        func mapping(_ lines: [String], indent: Int) -> String {
            if inFlow || lines.isEmpty { return " { \(lines.joined(separator: ", ")) }" }
            return lines.map { "\n" + String(repeating: " ", count: indent) + $0 }.joined()
        }
        return """
            test: unmocked
            cases:
              - name: mocked step by step
                mock:\(mapping(mocks, indent: 10))
                children:
                  child:
                    mock:\(mapping(inner, indent: 14))
                expect: { error: over }

            """
    }
}

extension String {
    fileprivate func after(_ prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
