import Diagnostics
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

    // MARK: Interfaces of invoked workflows

    private let parent = """
        workflow: parent
        steps:
          - id: child
            invoke: child
            with: { id: x }
          - id: same
            invoke: parent
            detach: true
        output: ${{ steps.child.total + 1 }}
        """

    private let child = """
        workflow: child
        input: { id: string, note: Note? }
        returns: { total: integer = 3 }
        types:
          Note: { text: string, at: When }
          Other: { a: string }
        steps:
          - { id: other, let: { x: 1 } }
        output: { total: 1 }
        """

    private func parentDigest(_ child: String, types: String = "types:\n  When: { day: timestamp }\n") throws -> String {
        try compileWorkflow(parent, files: [("child.yaml", child), ("types.yaml", types)]).digest.hex
    }

    @Test(arguments: [
        ("{ id: string,", "{ id: string?,"), ("total: integer = 3", "total: number"), ("text: string", "text: string?"),
    ])
    func `the interface of an invoked workflow is part of a digest`(from: String, to: String) throws {
        let changed = child.replacing(from, with: to)
        #expect(changed != child)
        #expect(try parentDigest(child) != parentDigest(changed))
    }

    @Test func `what the interface of an invoked workflow uses of the project is part of a digest`() throws {
        #expect(try parentDigest(child) != parentDigest(child, types: "types:\n  When: { day: string }\n"))
    }

    @Test(arguments: [
        ("x: 1", "x: 2"), ("workflow: child", "# A child.\nworkflow: child"), ("Other: { a: string }", "Other: { b: string }"),
        ("steps:", "timeout: 1d\nsteps:"), ("output: { total: 1 }", "output: { total: 2 }"),
    ])
    func `the steps of an invoked workflow are no part of a digest`(from: String, to: String) throws {
        let changed = child.replacing(from, with: to)
        #expect(changed != child)
        #expect(try parentDigest(child) == parentDigest(changed))
    }

    @Test func `a stored definition loads without the workflows it invokes`() throws {
        let files = [("parent.yaml", parent), ("child.yaml", child), ("types.yaml", "types:\n  When: { day: timestamp }\n")]
        let workflow = try #require(analyzeDefinitions(files).workflow("parent"))
        let graph = try #require(workflow.graph)
        #expect(workflow.sources.map(\.path) == ["parent.yaml", "interfaces/child.json"])
        #expect(
            workflow.sources.last?.text == """
                {"input":{"id":"string","note":"Note?"},"interface":"child","returns":{"total":"integer = 3"},\
                "types":{"Note":{"at":"When","text":"string"},"When":{"day":"timestamp"}}}
                """)
        let loaded = try DefinitionLoader.load(workflow: "parent", sources: workflow.sources)
        #expect(loaded.digest == graph.digest)
        #expect(GraphText.text(of: loaded) == GraphText.text(of: graph))
    }

    @Test func `workflows that invoke each other load from their stored sources`() throws {
        let files = [
            (
                "a.yaml",
                "workflow: a\ninput: { n: integer }\nreturns: { n: integer }\nsteps: [{ id: x, invoke: b, with: { n: 1 } }]\noutput: { n: \"${{ steps.x.n }}\" }"
            ),
            (
                "b.yaml",
                "workflow: b\ninput: { n: integer }\nreturns: { n: integer }\nsteps: [{ id: x, invoke: a, with: { n: 1 } }]\noutput: { n: \"${{ steps.x.n }}\" }"
            ),
        ]
        for workflow in analyzeDefinitions(files).workflows {
            let graph = try #require(workflow.graph)
            #expect(try DefinitionLoader.load(workflow: workflow.name, sources: workflow.sources).digest == graph.digest)
        }
    }

    // MARK: Mail templates

    @Test func `a mail template is part of a digest and stored`() throws {
        let text = """
            workflow: mail
            steps: [{ id: tell, call: email, with: { to: a@example.com, template: order/paid, data: { name: Ada } } }]
            """
        func analysed(_ mail: String, html: String = "<p>{{name}}") throws -> AnalysedWorkflow {
            let files = [
                ("mail.yaml", text), ("emails/order/paid.mustache", mail), ("emails/order/paid.html.mustache", html),
                ("emails/unused.mustache", "Subject: none"),
            ]
            return try #require(analyzeDefinitions(files).workflow("mail"))
        }
        let workflow = try analysed("Subject: Paid\n\nThanks, {{name}}")
        let graph = try #require(workflow.graph)
        #expect(
            workflow.sources.map(\.path) == [
                "mail.yaml", "stdlib/builtin/email.yaml", "emails/order/paid.html.mustache", "emails/order/paid.mustache",
            ])
        #expect(try DefinitionLoader.load(workflow: "mail", sources: workflow.sources).digest == graph.digest)
        #expect(try analysed("Subject: Paid\n\nThank you, {{name}}").graph?.digest != graph.digest)
        #expect(try analysed("Subject: Paid\n\nThanks, {{name}}", html: "<b>{{name}}").graph?.digest != graph.digest)
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
        let files = Fixtures.shipped + Fixtures.shippedTemplates
        let analysis = analyzeDefinitions(try files.map { ($0, try Fixtures.shippedText($0)) })
        let workflow = try #require(analysis.workflows.first { $0.file.path == path })
        let loaded = try DefinitionLoader.load(workflow: workflow.name, sources: workflow.sources)
        #expect(loaded.digest == workflow.graph?.digest)
    }

    @Test func `what cannot be loaded says so`() {
        #expect(throws: DefinitionLoader.Unloadable.self) { try DefinitionLoader.load(workflow: "gone", sources: []) }
        let sources = [DefinitionSource(path: "a.yaml", text: "workflow: a\nsteps: [{ id: x, call: nothing }]")]
        #expect(throws: DefinitionLoader.Unloadable.self) { try DefinitionLoader.load(workflow: "a", sources: sources) }
    }
}
