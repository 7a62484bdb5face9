import Diagnostics
import Foundation
import JSONSchema
import Testing
import Values
import WorkflowDefinitions

@Suite struct FormatTests {
    @Test func `JSON is as its published schema says`() throws {
        let path = Fixtures.project.appending(path: "docs/diagnostics.schema.json")
        let document = try JSON.parse(String(decoding: try Data(contentsOf: path), as: UTF8.self))
        let (compiled, problems) = CompiledSchema.compile(document)
        #expect(problems.isEmpty)
        let schema = try #require(compiled)
        for path in Fixtures.paths(in: "invalid") {
            let found = Fixtures.analyze(try Fixtures.text(path), path: path).diagnostics
            let text = DiagnosticFormat.json.renderer(isColored: false, toolVersion: "1").render(found)
            #expect(schema.validate(try JSON.parse(text)).map(\.message) == [], "\(path)")
        }
    }
}
