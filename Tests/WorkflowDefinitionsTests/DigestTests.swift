import TestSupport
import Testing
import Values
import WorkflowDefinitions
import WorkflowGraph

@Suite struct DigestTests {
    private let text = """
        workflow: order
        description: Fetch an order.
        input: { id: string, note: string? }
        config: { shopUrl: uri }
        steps:
          - id: order
            call: http.get
            with: { url: "${{ config.shopUrl }}/orders/${{ input.id }}" }
            returns: Order
          - id: mark
            call: mark
            with: { id: "${{ steps.order.id }}" }
        """

    private let action = """
        action: mark
        input: { id: string }
        steps:
          - id: note
            call: log
            with: { message: "${{ input.id }}" }
        """

    private let types = "types:\n  Order: { id: string }\n  Unused: { a: string }\n"

    private func digest(_ text: String, action: String? = nil, types: String? = nil) throws -> String {
        try compileWorkflow(text, files: [("actions/mark.yaml", action ?? self.action), ("types.yaml", types ?? self.types)])
            .digest.hex
    }

    @Test func `comments, layout, quotes and the order of keys do not change a digest`() throws {
        let other = """
            # The same, written differently.
            config:
              shopUrl: uri # where the shop is
            description: "Fetch an order."
            input:
              note: string?
              id: string

            workflow: order
            steps:
              - call: http.get
                id: order
                returns: Order
                with:
                  url: ${{ config.shopUrl }}/orders/${{ input.id }}
              - { id: mark, call: mark, with: { id: "${{ steps.order.id }}" } }
            """
        #expect(try digest(text) == digest(other))
    }

    @Test(arguments: [
        ("input.id }}\" }\n    returns", "input.id }}/x\" }\n    returns"), ("Fetch an order.", "Fetch one order."),
        ("id: order\n    call", "id: ordr\n    call"),
    ])
    func `a change of meaning changes the digest`(from: String, to: String) throws {
        var changed = text.replacing(from, with: to)
        if to.hasPrefix("id: ordr") { changed = changed.replacing("steps.order", with: "steps.ordr") }
        #expect(changed != text)
        #expect(try digest(text) != digest(changed))
    }

    @Test func `what a definition calls and uses is part of its digest`() throws {
        let before = try digest(text)
        #expect(try before != digest(text, action: action.replacing("message: \"", with: "message: \"id ")))
        #expect(try before != digest(text, types: types.replacing("{ id: string }", with: "{ id: string, total: number }")))
        #expect(try before == digest(text, types: types.replacing("{ a: string }", with: "{ b: string }")))
    }

    @Test func `a stored definition loads to the same graph`() throws {
        let analysis = analyzeDefinitions([("order.yaml", text), ("actions/mark.yaml", action), ("types.yaml", types)])
        let workflow = try #require(analysis.workflow("order"))
        let graph = try #require(workflow.graph)
        #expect(
            workflow.sources.map(\.path) == [
                "order.yaml", "stdlib/http/get.yaml", "actions/mark.yaml", "stdlib/builtin/http.yaml",
                "stdlib/builtin/log.yaml", "types.yaml",
            ])
        let loaded = try DefinitionLoader.load(workflow: "order", sources: workflow.sources)
        #expect(loaded.digest == graph.digest)
        #expect(GraphText.text(of: loaded) == GraphText.text(of: graph))
        #expect(loaded.nodes.count == graph.nodes.count)
    }

    @Test(arguments: Fixtures.shipped)
    func `a shipped definition loads from its stored sources`(path: String) throws {
        let analysis = analyzeDefinitions([(path, try Fixtures.shippedText(path))])
        let workflow = try #require(analysis.workflows.first)
        let loaded = try DefinitionLoader.load(workflow: workflow.name, sources: workflow.sources)
        #expect(loaded.digest == workflow.graph?.digest)
    }

    @Test func `what cannot be loaded says so`() {
        #expect(throws: DefinitionLoader.Unloadable.self) { try DefinitionLoader.load(workflow: "gone", sources: []) }
        let sources = [DefinitionSource(path: "a.yaml", text: "workflow: a\nsteps: [{ id: x, call: nothing }]")]
        #expect(throws: DefinitionLoader.Unloadable.self) { try DefinitionLoader.load(workflow: "a", sources: sources) }
    }
}
