import Testing
import Values
import WorkflowEngine

@Suite struct TrustedHostsTests {
    @Test func `only the hosts at the given places are trusted`() {
        let input: Value = [
            "url": "https://User@Shop.example.com:8443/orders", "body": "https://other.example.com",
            "auth": ["oauth2": ["tokenUrl": "http://[::1]:8080/token"]],
        ]
        #expect(TrustedHosts.of(input, at: [["url"]]) == ["shop.example.com"])
        #expect(TrustedHosts.of(input, at: [["url"], ["auth", "oauth2", "tokenUrl"]]) == ["shop.example.com", "::1"])
        #expect(TrustedHosts.of(input, at: []) == [])
        #expect(TrustedHosts.of(input, at: [["missing"], ["auth"]]) == [])
    }
}
