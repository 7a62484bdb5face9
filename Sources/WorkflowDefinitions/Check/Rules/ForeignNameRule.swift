import Diagnostics
import YAMLSyntax

/// Names that other programs parse have the form these ask for (WF1116): headers of `http` (RFC 9110 §5.1), variables of `shell`.
enum ForeignNameRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        subject.definition.forEachStep { step, _ in
            guard case .call(let action, let with?) = step.verb, case .mapping(let inputs) = with.node.content,
                let signature = subject.project.names.actions[action.value]
            else { return }
            for input in inputs {
                guard case .mapping(let pairs) = input.value.content else { continue }
                if signature.traits(of: input.key.text).sink == .environment {
                    for pair in pairs { checkVariable(pair.key, report) }
                } else if input.key.text == "headers", action.value == "http" || action.value.utf8.starts(with: "http.".utf8) {
                    for pair in pairs { checkHeader(pair, report) }
                }
            }
        }
    }

    private static func checkVariable(_ key: YAMLScalar, _ report: (Diagnostic) -> Void) {
        guard !Names.isIdentifier(key.text) else { return }
        let form = "a variable's name has letters, digits and '_', and no digit first"
        report(.malformedName(Located(key.text, at: key.range), what: "an environment variable's name", form: form))
    }

    private static func checkHeader(_ pair: YAMLPair, _ report: (Diagnostic) -> Void) {
        let name = Located(pair.key.text, at: pair.key.range)
        if name.value.isEmpty || !name.value.utf8.allSatisfy(isToken) {
            let form = "a header's name has letters, digits and '-', no spaces and no ':'"
            report(.malformedName(name, what: "a header's name", form: form))
        }
        guard case .scalar(let scalar) = pair.value.content else { return }
        // The newline at the end of a block has a warning of its own, which says how to leave it out.
        let text = scalar.trailingNewlineWarning() == nil ? scalar.text.utf8[...] : scalar.text.utf8.dropLast()
        if let position = text.firstIndex(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            let offset = scalar.text.utf8.distance(from: scalar.text.utf8.startIndex, to: position)
            report(.malformedHeaderValue(name.value, at: scalar.sourceRange(ofText: offset..<offset + 1)))
        }
    }

    /// `tchar` of RFC 9110 §5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
