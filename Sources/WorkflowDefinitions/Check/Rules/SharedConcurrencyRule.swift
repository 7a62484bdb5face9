import Diagnostics
import YAMLSyntax

/// A workflow that waits for another one which queues behind it, under the same concurrency key (WF5120).
enum SharedConcurrencyRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        guard let own = subject.definition.concurrency else { return }
        subject.definition.forEachStep { step, _ in
            guard case .invoke(let name, let with, let detach) = step.verb, detach?.value != true,
                let target = subject.project.files.first(where: {
                    $0.definition.kind == .workflow && $0.definition.name.value == name.value
                })?.definition,
                let other = target.concurrency, other.overflow?.value != "reject",
                key(of: subject.definition, own) == key(of: target, other, calledWith: with)
            else { return }
            report(.sharedConcurrency(name, own: own.keyRange, other: other.keyRange))
        }
    }

    /// The key as text, with the caller's expressions in place of the inputs they are passed for.
    private static func key(of definition: Definition, _ concurrency: Concurrency, calledWith with: Entry? = nil) -> String {
        guard let scalar = concurrency.key?.node.scalar else { return definition.name.value }
        return Template(scalar.text).parts.map { part in
            switch part {
            case .text(let text, _): return text
            case .expression(let source, _):
                guard let with, source.utf8.starts(with: "input.".utf8) else { return "${{ \(source) }}" }
                guard let given = with.node.pair(String(source.dropFirst("input.".count)))?.value.scalar else {
                    return "${{ with \(source) }}"
                }
                return Template(given.text).single.map { "${{ \($0.source) }}" } ?? given.text
            }
        }.joined()
    }
}
