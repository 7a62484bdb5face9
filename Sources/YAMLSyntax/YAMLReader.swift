// YAMLSyntax: text → a tree in which every node, and every character of every scalar, knows its place in the file.
//
// Invariant: knows nothing of workflows. It accepts the subset of YAML 1.2 in language.md §10, coerces nothing, reports
// every departure as WF01xx, and cannot be made to crash, recurse or take more than linear time by any bytes.
//
// Start at `YAMLReader.read`; `TreeComposer` turns libyaml's events into nodes, `ScalarPositions+Scan` finds where
// characters came from, `SyntaxProblem+Wording` says in our words what libyaml could not read.

package import Diagnostics

/// What a file holds, as far as it could be read.
package struct YAMLDocument: Sendable {
    /// Nil where the text is no YAML of the subset, or its root is of the wrong kind.
    package var root: YAMLNode?
    /// In order of the text.
    package var comments: [YAMLComment]
    /// In no particular order; a file with an error among them may still have a root with the faulty part left out.
    package var diagnostics: [Diagnostic]
}

/// A comment from its `#` to the end of its line.
package struct YAMLComment: Sendable, Hashable {
    /// Without the `#` and white space around.
    package var text: String
    package var range: SourceRange
}

/// Reads files of YAML.
package enum YAMLReader {
    /// A file of a larger size is not read (WF0106).
    package static let largestFile = 1 << 20
    /// Collections within each other, aliases followed.
    package static let deepestNesting = 64
    /// Nodes a document may gain through aliases.
    package static let mostAliasedNodes = 10_000

    /// The mapping at the root of a definition, a test or a configuration.
    package static func read(_ file: SourceFile) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
        let document = readDocument(file)
        return (document.root, document.diagnostics)
    }

    /// As `read`, with comments; `rootIsMapping: false` takes any node as root, as data files have it.
    package static func readDocument(_ file: SourceFile, rootIsMapping: Bool = true) -> YAMLDocument {
        if file.bytes.count > largestFile {
            let message = "the file has \(file.bytes.count) bytes; at most \(largestFile) (1 MiB) are read"
            let start = SourceRange(file: file, bytes: 0..<0)
            return YAMLDocument(
                root: nil, comments: [], diagnostics: [Diagnostic(.aliasOrSize, .error, message, at: start)])
        }
        let source = SourceText(file: file)
        if !source.diagnostics.isEmpty {
            return YAMLDocument(root: nil, comments: [], diagnostics: source.diagnostics)
        }
        return file.bytes.withUnsafeBufferPointer { bytes in
            let text = UnsafeBufferPointer(rebasing: bytes[source.contentStart...])
            guard let events = EventParser(source, text: text) else {
                return YAMLDocument(root: nil, comments: [], diagnostics: [])
            }
            var composer = TreeComposer(source: source, events: events)
            return composer.compose(rootIsMapping: rootIsMapping)
        }
    }
}
