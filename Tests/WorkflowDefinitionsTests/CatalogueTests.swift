import Diagnostics
import Testing
import WorkflowDefinitions

@Suite struct CatalogueTests {
    @Test func `every code stands once, in order`() {
        let codes = DiagnosticCatalogue.rows.map(\.code)
        #expect(codes == codes.sorted())
        #expect(Set(codes).count == codes.count)
    }

    /// Codes whose mistakes come from modules with fixtures of their own, or that need a construct of a later version.
    private static let shownElsewhere: Set<Int> = [2106, 3112, 3113, 3114, 3116, 3117, 4102, 4103, 4106, 4107, 4108]

    @Test(arguments: DiagnosticCatalogue.rows.map(\.code))
    func `a code has a fixture`(code: DiagnosticCode) {
        guard !Self.shownElsewhere.contains(code.number) else { return }
        let folder = "invalid/" + code.description.dropFirst("WF".count)
        #expect(!Fixtures.paths(in: folder).isEmpty)
    }
}
