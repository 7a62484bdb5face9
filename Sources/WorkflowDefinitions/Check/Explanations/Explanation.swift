package import Diagnostics

/// What a diagnostic code is about at length: why it matters, how to mend it, and an example of each.
///
/// `docs/diagnostics.md` is made of these, `wfrun explain` prints them, and a test runs all examples: the wrong one reports
/// the code and no other error, the right one nothing above info.
package struct Explanation: Sendable {
    package let code: DiagnosticCode
    /// Markdown: paragraphs, lists and `code`.
    package let text: String
    package let wrong: Example
    package let right: Example

    init(_ code: DiagnosticCode, _ text: String, wrong: Example, right: Example) {
        self.code = code
        self.text = text
        self.wrong = wrong
        self.right = right
    }

    /// In the order of their codes. A block of a hundred codes is a file beside this one.
    package static let all: [Explanation] =
        source + structure + references + expressions + schemas + time + events + security + determinism + edits

    package static func of(_ code: DiagnosticCode) -> Explanation? { byCode[code] }

    private static let byCode = Dictionary(all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
}

extension Explanation {
    /// A small project: written as one text, or as a list of files.
    package struct Example: Sendable, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
        package let files: [File]

        package init(stringLiteral text: String) { files = [File(stringLiteral: text)] }
        package init(arrayLiteral files: File...) { self.files = files }
    }

    /// A file of an example.
    package struct File: Sendable, ExpressibleByStringInterpolation {
        /// Relative to the definitions folder.
        package let path: String
        package let text: String

        init(_ path: String, _ text: String) {
            self.path = path
            self.text = text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n"
        }

        /// A file that stands where its `workflow:` or `action:` key says.
        package init(stringLiteral text: String) { self.init(Self.path(of: text), text) }

        /// As it can be shown: with pictures in place of control characters.
        package var visibleText: String {
            var shown = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                let isControl = scalar.value < 0x20 && scalar != "\n" && scalar != "\t"
                shown.append(isControl ? Unicode.Scalar(0x2400 + scalar.value) ?? scalar : scalar)
            }
            return String(shown)
        }

        private static func path(of text: String) -> String {
            for line in text.split(separator: "\n") {
                for (key, folder) in [("workflow: ", ""), ("action: ", "actions/")] where line.hasPrefix(key) {
                    let name = line.dropFirst(key.count).prefix { $0 != " " }
                    return folder + name.split(separator: ".").joined(separator: "/") + ".yaml"
                }
            }
            return "example.yaml"
        }
    }
}
