import CEL
import Diagnostics
import YAMLSyntax

/// Where an expression stands: in which scalar, from which byte of its text on.
struct ExpressionSite {
    var source: String
    var offset: Int
    var scalar: YAMLScalar
    var place: ValuePlace

    func range(_ bytes: Range<Int>) -> SourceRange {
        scalar.sourceRange(ofText: offset + bytes.lowerBound..<offset + bytes.upperBound)
    }

    /// The dotted name that begins at a byte of the source: `steps.order` of `steps.order.total > 5`.
    func name(at offset: Int, parts limit: Int) -> (name: String, range: Range<Int>)? {
        let bytes = Array(source.utf8)
        var end = offset
        var parts = 0
        while end < bytes.count, parts < limit {
            let start = parts == 0 ? end : end + 1
            if parts > 0, bytes[end] != UInt8(ascii: ".") { break }
            var next = start
            while next < bytes.count, isWord(bytes[next]) { next += 1 }
            guard next > start else { break }
            end = next
            parts += 1
        }
        return parts == 0 ? nil : (String(decoding: bytes[offset..<end], as: UTF8.self), offset..<end)
    }

    /// The name before the dot before a byte of the source: `config` for the `url` of `config.url`.
    func owner(before offset: Int) -> String? {
        let bytes = Array(source.utf8)
        guard offset > 1, offset <= bytes.count, bytes[offset - 1] == UInt8(ascii: ".") else { return nil }
        var start = offset - 1
        while start > 0, isWord(bytes[start - 1]) { start -= 1 }
        guard start == 0 || bytes[start - 1] != UInt8(ascii: ".") else { return nil }
        return String(decoding: bytes[start..<offset - 1], as: UTF8.self)
    }

    /// The step of `steps.<id>.output`: other tools have its output there.
    func outputAsked(at range: Range<Int>) -> String? {
        let bytes = Array(source.utf8)
        guard ["output", "outputs", "result"].contains(String(decoding: bytes[range], as: UTF8.self)) else { return nil }
        let path = bytes[..<range.lowerBound].reversed().prefix { isWord($0) || $0 == UInt8(ascii: ".") }.reversed()
        let names = String(decoding: Array(path), as: UTF8.self).split(separator: ".")
        return names.count == 2 && names[0] == "steps" ? String(names[1]) : nil
    }

    private func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
}

extension FileLowering {
    /// What an author is told about a mistake in an expression. Names that mean something in a definition get their own codes.
    mutating func diagnostic(for problem: ExpressionProblem, at site: ExpressionSite, in scope: Scope) -> Diagnostic {
        var problem = problem
        switch problem.kind {
        case .unknownFunction: _ = mayGuess()
        case .unknownName: return unknownName(problem, at: site, in: scope)
        case .unknownField:
            _ = mayGuess()
            if let found = site.name(at: problem.range.lowerBound, parts: 1),
                site.owner(before: problem.range.lowerBound) == "config"
            {
                return .undeclaredConfig(found.name, known: types.config.map(\.name), at: site.range(found.range))
            }
            if let step = site.outputAsked(at: problem.range), problem.help?.utf8.starts(with: "did you mean".utf8) != true {
                problem.help = "'steps.\(step)' is the output of the step itself"
            }
        case .syntax:
            let rest = site.source.utf8.dropFirst(problem.range.lowerBound)
            if rest.starts(with: "${{".utf8) {
                let start = problem.range.lowerBound
                return .nestedExpression(at: site.range(start..<start + 3))
            }
        default: break
        }
        var diagnostic = Diagnostic(
            code(of: problem.kind), problem.message, at: site.range(problem.range), label: problem.label, help: problem.help,
            fix: problem.fix.flatMap { fix($0, at: site) })
        if problem.kind == .mayBeNull {
            let path = String(decoding: Array(site.source.utf8)[problem.range], as: UTF8.self)
            diagnostic.notes = NullReason(definition: definition).note(for: path).map { [$0] } ?? []
        }
        if !problem.isError { diagnostic.severity = .warning }
        return diagnostic
    }

    private mutating func unknownName(
        _ problem: ExpressionProblem, at site: ExpressionSite, in scope: Scope
    ) -> Diagnostic {
        let mayGuess = self.mayGuess()
        var start = problem.range.lowerBound
        // The mark may stand at the second name alone.
        if let owner = site.owner(before: start), owner == "steps" || owner == "secrets" { start -= owner.utf8.count + 1 }
        if let (name, range) = site.name(at: start, parts: 2) {
            let parts = name.split(separator: ".").map(String.init)
            switch (parts[0], parts.count) {
            case ("steps", 2):
                let reference = StepReferenceRule(places: places, levels: levels, visible: mayGuess ? scope.stepNames : nil)
                return reference.diagnostic(for: parts[1], at: site.range(range))
            case ("secrets", 2): return secret(parts[1], site, range)
            case ("config", _):
                return .undeclaredConfig(
                    parts.count > 1 ? parts[1] : "", known: types.config.map(\.name), at: site.range(range))
            default:
                let only = site.name(at: start, parts: 1) ?? (name, range)
                if let place = VariablePlaceRule.place(of: only.name) {
                    return .variableOutOfPlace(only.name, belongs: place, at: site.range(only.range))
                }
            }
        }
        return Diagnostic(
            .unknownName, problem.message, at: site.range(problem.range), label: problem.label, help: problem.help)
    }

    /// Only where the text stands in the file as it is: what quotes and folds have changed cannot be put back blindly.
    private func fix(_ replacement: ExpressionProblem.Replacement, at site: ExpressionSite) -> Diagnostic.Fix? {
        let range = site.range(replacement.range)
        guard range.file.bytes[range.bytes].elementsEqual(Array(site.source.utf8)[replacement.range]) else { return nil }
        return Diagnostic.Fix(title: "write '\(replacement.text)'", range: range, replacement: replacement.text)
    }

    private func secret(_ name: String, _ site: ExpressionSite, _ range: Range<Int>) -> Diagnostic {
        let declared = definition.secrets.map(\.value)
        guard declared.contains(name) else { return .undeclaredSecret(name, known: declared, at: site.range(range)) }
        if site.place.leaksSecrets { return .leakedSecret(name, site.place, at: site.range(range)) }
        if site.place.decides { return .decidingSecret(name, site.place, at: site.range(range)) }
        if site.place.storesValue { return .storedSecret(name, site.place, at: site.range(range)) }
        return .variableOutOfPlace("secrets", belongs: VariablePlaceRule.secrets, at: site.range(range))
    }

    private func code(of kind: ExpressionProblem.Kind) -> DiagnosticCode {
        switch kind {
        case .syntax: .expressionSyntax
        case .unknownName: .unknownName
        case .unknownField: .unknownField
        case .noOverload: .noOverload
        case .unknownFunction: .unknownFunction
        case .shadowing: .shadowing
        case .mayBeNull: .mayBeNull
        case .alwaysSame: .alwaysSame
        case .constantFails: .constantFails
        case .redundant: .redundant
        case .tooComplex: .tooComplex
        case .unsupported: .protobufOnly
        case .impure: .impure
        }
    }
}
