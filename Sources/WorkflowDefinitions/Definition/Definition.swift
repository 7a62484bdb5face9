package import Diagnostics
package import Values
package import YAMLSyntax

/// Something read from a definition, with its place.
package struct Located<Content: Sendable>: Sendable {
    package var value: Content
    package var range: SourceRange

    package init(_ value: Content, at range: SourceRange) {
        self.value = value
        self.range = range
    }
}

/// A key of a definition whose value is interpreted later: a type, an expression, a value with expressions in it.
package struct Entry: Sendable {
    package var key: YAMLScalar
    package var node: YAMLNode

    package var name: String { key.text }
    package var keyRange: SourceRange { key.range }

    package init(_ pair: YAMLPair) {
        key = pair.key
        node = pair.value
    }
}

/// A file as its author wrote it: every key represented, nothing looked up, nothing typed.
package struct Definition: Sendable {
    package enum Kind: Sendable, Hashable {
        case workflow
        /// Written in the language.
        case action
        /// A built-in action's signature: no steps.
        case builtin
    }

    package var kind: Kind
    package var name: Located<String>
    package var file: SourceFile
    package var root: YAMLNode
    package var description: Located<String>?
    package var input: Entry?
    package var returns: Entry?
    package var types: [Entry] = []
    package var events: [Entry] = []
    package var config: [Entry] = []
    package var secrets: [Located<String>] = []
    package var labels: [Entry] = []
    package var triggers: [Trigger] = []
    package var concurrency: Concurrency?
    package var retention: Retention?
    package var timeout: Located<TimeSpan>?
    package var steps: StepList
    package var output: Entry?
    package var catches: CatchList?
    package var finally: StepList?

    package init(kind: Kind, name: Located<String>, file: SourceFile, root: YAMLNode) {
        self.kind = kind
        self.name = name
        self.file = file
        self.root = root
        steps = StepList(keyRange: name.range, steps: [])
    }
}

/// What starts instances beside the API: a time pattern or an event.
package struct Trigger: Sendable {
    package enum Source: Sendable {
        case cron(Located<String>, timezone: Located<String>?, catchup: Located<String>?, overlap: Located<String>?)
        case event([Located<String>], condition: Entry?)
    }

    package var source: Source
    package var input: Entry?
    package var range: SourceRange
    /// Of `cron`: the scalar it was read from, to mark single fields of it.
    package var pattern: YAMLScalar?
}

/// How many instances may be active.
package struct Concurrency: Sendable {
    package var key: Entry?
    package var limit: Located<Int>?
    package var overflow: Located<String>?
    package var keyRange: SourceRange
}

/// How long ended instances are kept, for all statuses or by status.
package struct Retention: Sendable {
    package var all: Located<TimeSpan>?
    package var byStatus: [(status: String, span: Located<TimeSpan>)] = []
    package var keyRange: SourceRange
}

/// `definitions/types.yaml`: types and events that all files of the project see.
package struct SharedTypes: Sendable {
    package var file: SourceFile
    package var types: [Entry]
    package var events: [Entry]
}
