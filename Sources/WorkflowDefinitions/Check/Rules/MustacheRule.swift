import Diagnostics
import YAMLSyntax

/// `{{ name }}` without its `$` is plain text, which is hardly ever meant (WF3102).
enum MustacheRule {
    static func check(_ template: Template, _ scalar: YAMLScalar, report: (Diagnostic) -> Void) {
        let bytes = Array(scalar.text.utf8)
        for case .text(_, let range) in template.parts {
            var index = range.lowerBound
            while index + 1 < range.upperBound {
                let follows = index == 0 || bytes[index - 1] != UInt8(ascii: "$")
                guard follows, opens(bytes, index), let end = close(bytes, from: index + 2, before: range.upperBound) else {
                    index += 1
                    continue
                }
                report(.bracesWithoutDollar(at: scalar.sourceRange(ofText: index..<end)))
                index = end
            }
        }
    }

    private static func opens(_ bytes: [UInt8], _ index: Int) -> Bool {
        bytes[index] == UInt8(ascii: "{") && bytes[index + 1] == UInt8(ascii: "{")
    }

    private static func close(_ bytes: [UInt8], from start: Int, before end: Int) -> Int? {
        var index = start
        while index + 1 < end {
            if bytes[index] == UInt8(ascii: "}"), bytes[index + 1] == UInt8(ascii: "}") { return index + 2 }
            index += 1
        }
        return nil
    }
}
