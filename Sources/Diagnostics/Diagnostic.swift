package enum Severity: String, Sendable, Hashable, Comparable {
    case info, warning, error

    package static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .error: 2
        }
    }
}

/// The stable name of a kind of mistake: `WF` and four digits.
package struct DiagnosticCode: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    package var description: String {
        let digits = String(number)
        return "WF" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    package static func < (lhs: DiagnosticCode, rhs: DiagnosticCode) -> Bool { lhs.number < rhs.number }
}

/// One message to an author about one mistake.
package struct Diagnostic: Sendable, Hashable {
    /// Another place that matters, with a few words under its mark.
    package struct Note: Sendable, Hashable {
        package var range: SourceRange
        package var message: String

        package init(range: SourceRange, message: String) {
            self.range = range
            self.message = message
        }
    }

    /// An edit that mends the mistake and can be applied by a machine.
    package struct Fix: Sendable, Hashable {
        package var title: String
        package var range: SourceRange
        package var replacement: String

        package init(title: String, range: SourceRange, replacement: String) {
            self.title = title
            self.range = range
            self.replacement = replacement
        }
    }

    package var code: DiagnosticCode
    package var severity: Severity
    /// What is wrong, in one sentence without a full stop.
    package var message: String
    /// Exactly the text that is wrong.
    package var range: SourceRange
    /// A few words under the mark (`unknown field`); nil repeats nothing.
    package var label: String?
    package var notes: [Note]
    /// What to do, in one sentence.
    package var help: String?
    package var fix: Fix?

    package init(
        _ code: DiagnosticCode, _ severity: Severity, _ message: String, at range: SourceRange, label: String? = nil,
        notes: [Note] = [], help: String? = nil, fix: Fix? = nil
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.range = range
        self.label = label
        self.notes = notes
        self.help = help
        self.fix = fix
    }

    /// Of what tells most diagnostics apart; equality looks at everything.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(range)
        hasher.combine(message)
    }
}

/// Collects diagnostics and gives them back in the order in which they are shown: file, position, code.
package struct DiagnosticCollector: Sendable {
    private var collected: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []

    package init() {}

    /// The same mistake reported twice is one message.
    package mutating func report(_ diagnostic: Diagnostic) {
        if seen.insert(diagnostic).inserted { collected.append(diagnostic) }
    }

    package mutating func report(contentsOf diagnostics: some Sequence<Diagnostic>) {
        for diagnostic in diagnostics { report(diagnostic) }
    }

    package var hasErrors: Bool { collected.contains { $0.severity == .error } }

    package var sorted: [Diagnostic] {
        let ranks = fileRanks
        let places = collected.indices.map { index -> Place in
            let diagnostic = collected[index]
            return Place(
                file: ranks[ObjectIdentifier(diagnostic.range.file)] ?? 0, byte: diagnostic.range.bytes.lowerBound,
                code: diagnostic.code.number, index: index)
        }
        return places.sorted().map { collected[$0.index] }
    }

    /// The order of the files by their paths; files of one path are not told apart.
    private var fileRanks: [ObjectIdentifier: Int] {
        var files: [ObjectIdentifier: SourceFile] = [:]
        for diagnostic in collected { files[ObjectIdentifier(diagnostic.range.file)] = diagnostic.range.file }
        let inOrder = files.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        var ranks: [ObjectIdentifier: Int] = [:]
        for (position, file) in inOrder.enumerated() {
            let isSamePath = position > 0 && inOrder[position - 1].path.utf8.elementsEqual(file.path.utf8)
            ranks[ObjectIdentifier(file)] = isSamePath ? ranks[ObjectIdentifier(inOrder[position - 1])] : position
        }
        return ranks
    }

    /// What the order depends on.
    private struct Place: Comparable {
        var file: Int
        var byte: Int
        var code: Int
        var index: Int

        static func < (lhs: Place, rhs: Place) -> Bool {
            (lhs.file, lhs.byte, lhs.code, lhs.index) < (rhs.file, rhs.byte, rhs.code, rhs.index)
        }
    }
}
