import Diagnostics
import YAMLSyntax

/// Inputs that are run as code take no expressions: values would be spliced into text that is parsed again (WF6101).
enum LiteralInputRule {
    static func check(_ pair: YAMLPair, of signature: ActionSignature, report: (Diagnostic) -> Void) {
        guard case .scalar(let scalar) = pair.value.content else { return }
        for part in Template(scalar.text).parts {
            guard case .expression(_, let range) = part else { continue }
            let help =
                signature.input.field("env") == nil
                ? "write it out" : "give the value through `env` and read it there: \"$NAME\""
            report(
                .expressionInLiteral(pair.key.text, action: signature.name, at: scalar.sourceRange(ofText: range), help: help))
        }
    }
}
