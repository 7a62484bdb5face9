import Diagnostics

/// The results of test files in the XML form that build servers read (JUnit's).
package enum JUnitReport {
    package static func text(_ results: [SuiteResult]) -> String {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        let cases = results.flatMap(\.cases)
        let failures = cases.filter { !$0.hasPassed }.count
        lines.append(#"<testsuites tests="\#(cases.count)" failures="\#(failures)">"#)
        for result in results {
            let failed = result.cases.filter { !$0.hasPassed }.count
            lines.append(
                #"  <testsuite name="\#(escaped(result.target))" tests="\#(result.cases.count)" failures="\#(failed)">"#)
            for testCase in result.cases { lines += self.lines(testCase, of: result) }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
    }

    private static func lines(_ testCase: CaseResult, of suite: SuiteResult) -> [String] {
        let place = #"file="\#(escaped(suite.file.path))" line="\#(testCase.range.start.line)""#
        let head = #"    <testcase classname="\#(escaped(suite.target))" name="\#(escaped(testCase.name))" \#(place)"#
        guard !testCase.hasPassed else { return [head + "/>"] }
        let subjects = testCase.differences.map(\.subject).joined(separator: ", ")
        let text = testCase.differences.flatMap { [$0.subject] + $0.lines } + ["steps"] + testCase.steps
        return [
            head + ">", #"      <failure message="\#(escaped(subjects))">\#(escaped(text.joined(separator: "\n")))</failure>"#,
            "    </testcase>",
        ]
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // XML 1.0 §2.2 allows no other control characters.
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
