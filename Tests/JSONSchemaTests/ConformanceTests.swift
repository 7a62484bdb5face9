import JSONSchema
import Testing
import Values

@Suite struct ConformanceTests {
    /// What deviates, by file and group, and why.
    static let exemptions: [String: String] = [
        "cross-draft.json | refs to historic drafts are processed as historic drafts | first item not a string is valid":
            "every schema is read as draft 2020-12, with a warning where it names another"
    ]

    @Test func `Every required test of draft 2020-12 passes`() throws {
        try expectConformance(in: "", assertsFormats: false, atLeast: 1_257)
    }

    @Test func `The optional tests of draft 2020-12 pass but for the exempt`() throws {
        try expectConformance(in: "optional", assertsFormats: false, atLeast: 157)
    }

    @Test func `The format tests of draft 2020-12 pass but for the exempt`() throws {
        try expectConformance(in: "optional/format", assertsFormats: true, atLeast: 491)
    }

    private func expectConformance(in folder: String, assertsFormats: Bool, atLeast minimum: Int) throws {
        guard let suite = ConformanceSuite() else { return }
        let remotes = try suite.remotes()
        var passed = 0
        var failures: [String] = []
        for group in try suite.groups(in: folder) {
            let options = CompiledSchema.Options(assertsFormats: assertsFormats, resources: remotes)
            let (schema, problems) = CompiledSchema.compile(group.schema, options: options)
            for test in group.tests {
                let name = "\(group.name) | \(test.description)"
                guard let schema else {
                    failures.append("\(name): \(problems.filter(\.isError).map { "\($0.pointer) \($0.message)" })")
                    continue
                }
                let violations = schema.validate(test.data)
                if schema.accepts(test.data) == test.isValid, violations.isEmpty == test.isValid {
                    passed += 1
                } else if Self.exemptions[name] == nil {
                    failures.append("\(name): \(violations.map(\.message))")
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        #expect(passed >= minimum)
    }
}
