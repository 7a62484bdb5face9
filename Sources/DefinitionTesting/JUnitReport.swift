package import Diagnostics
import Values

/// The results of test files in the XML form that build servers read (JUnit's).
package enum JUnitReport {
    /// - Parameters:
    ///   - unread: test files of which nothing was run.
    ///   - mistakes: of those, of others that were run all the same, and of definitions. Each file with errors is an error.
    package static func text(
        _ results: [SuiteResult], unread: [SourceFile] = [], mistakes: [Diagnostic] = []
    ) -> String {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        let faulty = FaultyFile.all(unread, mistakes)
        let cases = results.flatMap(\.cases)
        let failures = cases.filter { !$0.hasPassed }.count
        lines.append("<testsuites \(counts(cases.count + faulty.count, failures, errors: faulty.count))>")
        for file in faulty { lines += self.lines(file) }
        for result in results {
            let failed = result.cases.filter { !$0.hasPassed }.count
            lines.append(
                #"  <testsuite name="\#(escaped(result.target))" \#(counts(result.cases.count, failed, errors: 0))>"#)
            for testCase in result.cases { lines += self.lines(testCase, of: result) }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
    }

    private static func counts(_ tests: Int, _ failures: Int, errors: Int) -> String {
        #"tests="\#(tests)" failures="\#(failures)" errors="\#(errors)""#
    }

    private static func lines(_ file: FaultyFile) -> [String] {
        let path = escaped(file.path)
        return [
            #"  <testsuite name="\#(path)" \#(counts(1, 0, errors: 1))>"#,
            #"    <testcase classname="\#(path)" name="can be run" file="\#(path)" line="\#(file.line)">"#,
            #"      <error message="\#(escaped(file.message))">\#(escaped(file.text))</error>"#,
            "    </testcase>",
            "  </testsuite>",
        ]
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

/// A file that could not be run as it is.
private struct FaultyFile {
    var path: String
    var line = 1
    var message: String
    var text: String

    /// In the order of their paths.
    static func all(_ unread: [SourceFile], _ mistakes: [Diagnostic]) -> [FaultyFile] {
        let errors = Dictionary(grouping: mistakes.filter { $0.severity == .error }, by: \.range.file.path)
        let paths = Set(errors.keys).union(unread.map(\.path))
        return paths.sorted { $0.precedesByCodePoint($1) }.map { FaultyFile($0, errors[$0] ?? []) }
    }

    private init(_ path: String, _ mistakes: [Diagnostic]) {
        self.path = path
        guard let first = mistakes.first else {
            // Where the definition is, there its mistakes are told.
            message = "the definition that it tests has mistakes"
            text = "not run: the definition that it tests has mistakes"
            return
        }
        line = first.range.start.line
        let others = mistakes.count - 1
        message = first.message + (others == 0 ? "" : " (and \(others) more)")
        text = TextRenderer().render(mistakes)
    }
}
