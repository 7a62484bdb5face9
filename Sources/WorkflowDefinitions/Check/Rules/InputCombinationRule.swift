import Diagnostics
import Values
import YAMLSyntax

/// Inputs of an action that exclude or need each other (WF1108).
enum InputCombinationRule {
    static func check(_ signature: ActionSignature, _ pairs: [YAMLPair], at range: SourceRange, report: (Diagnostic) -> Void) {
        for combination in signature.combinations {
            let present = pairs.filter { pair in combination.fields.contains { $0.hasSameCodePoints(as: pair.key.text) } }
            let names = combination.fields.map { "'\($0)'" }
            switch combination.kind {
            case .needs:
                guard combination.fields.count == 2, present.count == 1, present[0].key.text == combination.fields[0] else {
                    continue
                }
                report(
                    .exclusive(
                        "\(names[0]) needs \(names[1])", at: present[0].key.range,
                        help: "add '\(combination.fields[1])', or remove '\(combination.fields[0])'"))
            case .exactlyOne, .atLeastOne, .atMostOne:
                if present.count > 1, combination.kind != .atLeastOne {
                    let message = "'\(present[0].key.text)' and '\(present[1].key.text)' exclude each other"
                    report(
                        .exclusive(message, at: present[1].key.range, and: present[0].key.range, help: "remove one of the two"))
                }
                if present.isEmpty, combination.kind != .atMostOne {
                    let form = names.count == 2 ? names.joined(separator: " or ") : "one of \(names.joined(separator: ", "))"
                    report(.exclusive("'\(signature.name)' needs \(form)", at: range, help: "add one of them to `with`"))
                }
            }
        }
    }
}
