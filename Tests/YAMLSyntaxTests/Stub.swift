import Diagnostics
import Testing
import YAMLSyntax

@Test func `smoke`() {
    let (root, diagnostics) = YAMLReader.read(SourceFile(path: "a.yaml", text: "a: 1\nb: [x, \"y\\n\"]\n"))
    #expect(root != nil)
    #expect(diagnostics.isEmpty)
}
