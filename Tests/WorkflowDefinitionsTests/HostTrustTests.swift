import TestSupport
import Testing
import WorkflowDefinitions
import WorkflowGraph

/// Calls know which of their hosts an author or operator has written.
@Suite struct HostTrustTests {
    /// The ways to written hosts of all calls of an action, in the order of the graph.
    private func written(_ action: String, in graph: StepGraph) -> [[[String]]] {
        graph.nodes.compactMap { node in
            guard case .action(let call) = node.kind, call.action == action else { return nil }
            return call.writtenHosts
        }
    }

    private func http(_ url: String, input: String = "{ id: string }", steps: String = "") throws -> [[[String]]] {
        let text = """
            workflow: reach
            config: { shopUrl: uri, host: string }
            input: \(input)
            steps:
            \(steps)  - id: order
                call: http
                with: { url: "\(url)" }
            output: "${{ input.id }} ${{ config.host }} ${{ config.shopUrl }}"
            """
        return written("http", in: try compileWorkflow(text))
    }

    @Test(arguments: [
        "https://shop.example.com/orders/${{ input.id }}", "${{ config.shopUrl }}/orders/${{ input.id }}",
        "${{ config.shopUrl }}",
        "https://${{ config.host }}/${{ input.id }}", "${{ config.shopUrl + '/orders/' + input.id }}",
        "${{ input.id == 'x' ? config.shopUrl : 'https://shop.example.com' }}",
    ])
    func `a host that is written or configured is trusted`(url: String) throws {
        #expect(try http(url) == [[["url"]]])
    }

    @Test(arguments: [
        "https://${{ input.id }}/orders", "https://shop${{ input.id }}/orders", "${{ config.shopUrl }}${{ input.id }}",
        "https://${{ config.host }}:${{ input.id }}/", "${{ 'https://' + input.id + config.host }}",
        "${{ input.id == 'x' ? config.shopUrl : 'https://' + input.id }}",
    ])
    func `a host that data has a part in is not`(url: String) throws {
        #expect(try http(url) == [[]])
    }

    @Test func `the token URL has a word of its own`() throws {
        let text = """
            workflow: reach
            config: { shopUrl: uri }
            secrets: [client]
            input: { login: uri }
            steps:
              - id: order
                call: http
                with:
                  url: ${{ config.shopUrl }}
                  auth: { oauth2: { tokenUrl: "${{ input.login }}", clientId: a, clientSecret: "${{ secrets.client }}" } }
              - id: stock
                call: http
                with:
                  url: ${{ config.shopUrl }}
                  auth: { oauth2: { tokenUrl: "${{ config.shopUrl }}", clientId: a, clientSecret: "${{ secrets.client }}" } }
            """
        let found = written("http", in: try compileWorkflow(text))
        #expect(found == [[["url"]], [["url"], ["auth", "oauth2", "tokenUrl"]]])
    }

    @Test func `an action is trusted as each of its calls is`() throws {
        let text = """
            workflow: reach
            config: { shopUrl: uri }
            input: { url: uri }
            steps:
              - id: written
                call: report
                with: { shop: "${{ config.shopUrl }}" }
              - id: given
                call: report
                with: { shop: "${{ input.url }}" }
              - id: again
                call: report
                with: { shop: "https://shop.example.com" }
            """
        let action = """
            action: report
            input: { shop: uri }
            steps:
              - id: get
                call: http.get
                with: { url: "${{ input.shop }}/reports" }
            """
        let graph = try compileWorkflow(text, files: [("actions/report.yaml", action)])
        #expect(graph.files.map(\.name) == ["reach", "report", "report", "http.get", "http.get"])
        #expect(written("http", in: graph) == [[["url"]], []])
        let called = graph.nodes.compactMap { node -> Int? in
            guard case .composite(let call) = node.kind, ["written", "given", "again"].contains(node.id) else { return nil }
            return Int(call.file.number)
        }
        #expect(called == [1, 2, 1])
    }
}
