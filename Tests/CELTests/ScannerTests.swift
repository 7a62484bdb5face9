import CEL
import Testing

/// Where an expression ends inside a template.
struct ScannerTests {
    /// The expression is what stands before the mark `§`, which is where the scanner must stop.
    @Test(arguments: [
        " input.a §}} tail", "§}}", "a§}}}}", "{\"a\": 1}§}}", "{\"a\": {\"b\": {}}}§}}", "\"}}\" + a§}}", "'}}'§}}",
        "r\"\\\"§}}",
        "\"\\\"}}\"§}}", "b'}}'§}}", "rb\"\\\"§}}", "\"\"\"a \" }} \"\"\"§}}", "'''}}'''§}}", "a // }} b\n§}}", "a / b§}}",
        "bar\"}}\"§}}", "{'a': '{'}§}}", "[1, 2].map(x, {x: x})§}} {{ }}",
    ])
    func `the end is the first closing pair outside of literals`(text: String) throws {
        let bytes = Array(text.utf8)
        let mark = Array("§".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: mark) })
        let clean = Array(bytes[..<place]) + Array(bytes[(place + mark.count)...])
        #expect(ExpressionScanner.end(of: clean, from: 0) == place)
        #expect(ExpressionScanner.end(of: Array("${{".utf8) + clean, from: 3) == place + 3)
    }

    @Test(arguments: ["", "a", "a }", "{", "{ }}", "\"}}", "'a\n}}", "// }}", "\"\"\" }}", "a }  }", "\"\\"])
    func `what does not end has no end`(text: String) {
        #expect(ExpressionScanner.end(of: Array(text.utf8), from: 0) == nil)
    }
}
