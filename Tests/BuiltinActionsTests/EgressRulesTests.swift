import BuiltinActions
import Testing

@Suite struct EgressRulesTests {
    @Test(
        "an address reaches as far as the registries say",
        arguments: [
            ("8.8.8.8", AddressReach.public), ("1.1.1.1", .public), ("172.15.255.255", .public), ("172.32.0.0", .public),
            ("100.63.255.255", .public), ("198.20.0.1", .public), ("223.255.255.255", .public), ("11.0.0.0", .public),
            ("0.0.0.0", .local), ("0.1.2.3", .local), ("10.0.0.1", .local), ("100.64.0.1", .local), ("127.0.0.1", .local),
            ("127.255.255.254", .local), ("172.16.0.1", .local), ("172.31.255.255", .local), ("192.168.1.1", .local),
            ("192.0.2.1", .local), ("198.18.0.1", .local), ("198.19.255.255", .local), ("198.51.100.7", .local),
            ("203.0.113.9", .local), ("224.0.0.1", .local), ("239.255.255.250", .local), ("240.0.0.1", .local),
            ("255.255.255.255", .local), ("192.88.99.1", .local),
            ("169.254.169.254", .forbidden), ("169.254.0.1", .forbidden), ("100.100.100.200", .forbidden),
            ("168.63.129.16", .forbidden), ("192.0.0.192", .forbidden),
            ("2606:4700::1111", .public), ("2a00:1450:4001::8b", .public),
            ("::", .local), ("::1", .local), ("fc00::1", .local), ("fd12:3456::1", .local), ("fec0::1", .local),
            ("ff02::1", .local), ("2001:db8::1", .local), ("2001::1", .local), ("3fff::1", .local), ("100::1", .local),
            ("64:ff9b:1::1", .local), ("4000::1", .local), ("fe80::1", .forbidden), ("febf::1", .forbidden),
            ("fd00:ec2::254", .forbidden), ("fd20:ce::254", .forbidden),
        ])
    func reach(_ text: String, _ reach: AddressReach) throws {
        #expect(try #require(IPAddress(text)).reach == reach)
    }

    @Test(
        "an IPv6 address that stands for an IPv4 address reaches as far as that one",
        arguments: [
            ("::ffff:8.8.8.8", AddressReach.public), ("::ffff:127.0.0.1", .local), ("::ffff:10.1.2.3", .local),
            ("::ffff:a9fe:a9fe", .forbidden), ("::127.0.0.1", .local), ("64:ff9b::7f00:1", .local),
            ("64:ff9b::808:808", .public),
            ("64:ff9b::a9fe:a9fe", .forbidden), ("2002:7f00:1::", .local), ("2002:a9fe:a9fe::1", .forbidden),
            ("2002:808:808::", .public),
        ])
    func embedded(_ text: String, _ reach: AddressReach) throws {
        #expect(try #require(IPAddress(text)).reach == reach)
    }

    @Test(
        "text that other programs read as an address is none here",
        arguments: [
            "0177.0.0.1", "0x7f.0.0.1", "127.1", "2130706433", "127.0.0.1 ", "fe80::1%eth0", "[::1]", "1.2.3.4.5", "", "::1::",
        ])
    func noAddress(_ text: String) { #expect(IPAddress(text) == nil) }

    private func objection(
        _ host: String, _ addresses: [String], trusted: Bool = false, allow: [String] = [], deny: [String] = []
    ) throws -> String? {
        try EgressRules(allow: allow, deny: deny).objection(
            to: host, at: addresses.compactMap { IPAddress($0) }, isTrusted: trusted)
    }

    @Test func `a host from data reaches public addresses only`() throws {
        #expect(try objection("example.org", ["93.184.216.34"]) == nil)
        #expect(try objection("inside.example.org", ["10.0.0.7"]) != nil)
        #expect(try objection("127.0.0.1", ["127.0.0.1"]) != nil)
        #expect(try objection("localhost", ["127.0.0.1", "::1"]) != nil)
    }

    @Test func `a host written in the definition may be anywhere but on the link or a metadata service`() throws {
        #expect(try objection("localhost", ["127.0.0.1", "::1"], trusted: true) == nil)
        #expect(try objection("erp.internal", ["10.0.0.7"], trusted: true) == nil)
        #expect(try objection("169.254.169.254", ["169.254.169.254"], trusted: true) != nil)
        #expect(try objection("metadata.google.internal", ["169.254.169.254"], trusted: true) != nil)
        #expect(try objection("sly.example.org", ["::ffff:169.254.169.254"], trusted: true) != nil)
    }

    @Test func `one bad address among several is enough`() throws {
        #expect(try objection("rebind.example.org", ["93.184.216.34", "10.0.0.1"]) != nil)
        #expect(try objection("rebind.example.org", ["93.184.216.34", "169.254.169.254"], trusted: true) != nil)
    }

    @Test func `deny narrows what trust and public addresses would give`() throws {
        #expect(try objection("api.example.org", ["93.184.216.34"], trusted: true, deny: ["*.example.org"]) != nil)
        #expect(try objection("example.org", ["93.184.216.34"], deny: ["*.example.org"]) == nil)
        #expect(try objection("erp.internal", ["10.0.0.7"], trusted: true, deny: ["10.0.0.0/8"]) != nil)
        #expect(try objection("erp.internal", ["::ffff:10.0.0.7"], trusted: true, deny: ["10.0.0.0/8"]) != nil)
        #expect(try objection("erp.internal", ["10.0.0.7"], allow: ["10.0.0.0/8"], deny: ["10.0.0.7"]) != nil)
    }

    @Test func `allow widens what a host from data may reach`() throws {
        #expect(try objection("erp.internal", ["10.0.0.7"], allow: ["10.0.0.0/24"]) == nil)
        #expect(try objection("erp.internal", ["10.0.1.7"], allow: ["10.0.0.0/24"]) != nil)
        #expect(try objection("erp.internal", ["10.0.1.7"], allow: ["*.internal"]) == nil)
        #expect(
            try objection("ERP", ["10.0.1.7"], allow: ["erp"]) != nil,
            "hosts are compared in lower case, which the caller gives")
        #expect(try objection("a.b.internal", ["fd00::7"], allow: ["fd00::/8"]) == nil)
    }

    @Test func `only a rule that names the link opens it`() throws {
        let metadata = ["169.254.169.254"]
        #expect(try objection("169.254.169.254", metadata, trusted: true, allow: ["*"]) != nil)
        #expect(try objection("169.254.169.254", metadata, trusted: true, allow: ["0.0.0.0/0"]) != nil)
        #expect(try objection("169.254.169.254", metadata, trusted: true, allow: ["169.254.169.254"]) == nil)
        #expect(try objection("169.254.169.254", metadata, trusted: true, allow: ["169.254.0.0/16"]) == nil)
    }

    @Test func `denying everything makes allow the whole list`() throws {
        #expect(try objection("example.org", ["93.184.216.34"], trusted: true, allow: ["api.example.org"], deny: ["*"]) != nil)
        #expect(try objection("api.example.org", ["93.184.216.34"], allow: ["api.example.org"], deny: ["*"]) == nil)
    }

    @Test(
        "a rule that is neither host nor network is refused",
        arguments: ["", "10.0.0.0/33", "10.0.0.1/8", "a b", "http://x", "::/129", "x/y"])
    func badRule(_ text: String) {
        #expect(throws: ActionsConfigurationError.self) { try EgressRules(allow: [text], deny: []) }
    }

    @Test(
        "a glob's star stands for any characters",
        arguments: [
            ("*", "anything.example", true), ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("api-*.example.org", "api-7.example.org", true), ("api-*.example.org", "api.example.org", false),
            ("*a*b*", "xaxxbx", true),
            ("*a*b*", "xbxxax", false), ("a*", "a", true), ("*.org", "example.org.evil.net", false), ("exact", "exact", true),
        ])
    func globs(_ pattern: String, _ host: String, _ isMatch: Bool) throws {
        let isAllowed = try objection(host, ["10.0.0.1"], allow: [pattern]) == nil
        #expect(isAllowed == isMatch)
    }
}
