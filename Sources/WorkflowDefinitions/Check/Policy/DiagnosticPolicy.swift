package import Diagnostics

/// How much each kind of mistake matters here: the section `diagnostics` of `wfrun.yaml`, `--strict` and `--ignore`.
///
/// An error that keeps a definition from being run stays one whatever a policy says: `DiagnosticCatalogue.canBeSettled`.
package struct DiagnosticPolicy: Sendable, Hashable {
    package enum Level: String, Sendable, CaseIterable {
        case off, info, warning, error

        var severity: Severity? { Severity(rawValue: rawValue) }
    }

    /// One decision about one code.
    package struct Rule: Sendable, Hashable {
        package var code: DiagnosticCode
        package var level: Level
        /// Files it is about, as diagnostics name them; empty for all.
        package var paths: [PathPattern]

        package init(_ code: DiagnosticCode, _ level: Level, paths: [PathPattern] = []) {
            self.code = code
            self.level = level
            self.paths = paths
        }

        func applies(to diagnostic: Diagnostic) -> Bool {
            code == diagnostic.code
                && (paths.isEmpty || paths.contains { $0.matches(diagnostic.range.file.path) })
        }
    }

    /// Of several rules that apply the last one decides.
    package var rules: [Rule]
    /// Warnings are errors.
    package var isStrict: Bool

    package static let standard = DiagnosticPolicy()

    package init(rules: [Rule] = [], isStrict: Bool = false) {
        self.rules = rules
        self.isStrict = isStrict
    }

    /// The diagnostic as it counts here; nil when it does not.
    package func applied(to diagnostic: Diagnostic) -> Diagnostic? {
        guard DiagnosticCatalogue.canBeSettled(diagnostic) else { return diagnostic }
        var settled = diagnostic
        if let rule = rules.last(where: { $0.applies(to: diagnostic) }) {
            guard let severity = rule.level.severity else { return nil }
            settled.severity = severity
        }
        if isStrict, settled.severity == .warning { settled.severity = .error }
        return settled
    }
}

/// Paths with `*` for anything within a folder and `**` for any folders: `definitions/batch/**`.
package struct PathPattern: Sendable, Hashable {
    private let segments: [[UInt8]]

    package init(_ text: String) { segments = Self.segments(of: text) }

    package func matches(_ path: String) -> Bool { Self.matches(segments[...], Self.segments(of: path)[...]) }

    private static func segments(of path: String) -> [[UInt8]] {
        path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
    }

    /// Greedy with one point to return to: linear in folders times pattern, not exponential.
    private static func matches(_ pattern: ArraySlice<[UInt8]>, _ path: ArraySlice<[UInt8]>) -> Bool {
        wildcard(pattern, path, isWild: { $0.elementsEqual("**".utf8) }, fits: { segment($0, $1) })
    }

    private static func segment(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        wildcard(pattern[...], name[...], isWild: { $0 == UInt8(ascii: "*") }, fits: { $0 == $1 })
    }

    private static func wildcard<Element>(
        _ pattern: ArraySlice<Element>, _ text: ArraySlice<Element>, isWild: (Element) -> Bool,
        fits: (Element, Element) -> Bool
    ) -> Bool {
        var (p, t) = (pattern.startIndex, text.startIndex)
        var retry: (pattern: Int, text: Int)?
        while t < text.endIndex {
            if p < pattern.endIndex, isWild(pattern[p]) {
                p += 1
                retry = (p, t)
            } else if p < pattern.endIndex, fits(pattern[p], text[t]) {
                (p, t) = (p + 1, t + 1)
            } else if let last = retry {
                (p, t) = (last.pattern, last.text + 1)
                retry = (p, t)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy(isWild)
    }
}
