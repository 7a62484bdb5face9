import Diagnostics
import YAMLSyntax

/// Parts of the language that this version reads and cannot run yet (WF1117).
enum UnsupportedRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        let definition = subject.definition
        for trigger in definition.triggers {
            report(.unsupported("triggers", at: trigger.range, help: "start instances over the API or with `wfrun start`"))
        }
        if let concurrency = definition.concurrency { report(.unsupported("concurrency", at: concurrency.keyRange, help: nil)) }
        if let retention = definition.retention {
            report(.unsupported("retention", at: retention.keyRange, help: "ended instances are kept"))
        }
        definition.forEachStep { step, _ in check(step, report) }
    }

    private static func check(_ step: Step, _ report: (Diagnostic) -> Void) {
        switch step.verb {
        case .parallel:
            report(.unsupported("parallel", at: step.verbRange, help: "`steps` runs the same steps one after another"))
        case .invoke:
            report(.unsupported("invoke", at: step.verbRange, help: "an action of your own runs inside its caller: `call`"))
        case .emit: report(.unsupported("emit", at: step.verbRange, help: "events come from outside: `wfrun event send`"))
        case .continueAsNew: report(.unsupported("continue_as_new", at: step.verbRange, help: nil))
        case .call(let action, let with):
            guard action.value == "email", let with, case .mapping(let pairs) = with.node.content else { break }
            for pair in pairs where pair.key.text == "template" {
                report(.unsupported("template", at: pair.key.range, help: "write the mail here: `subject` and `text`"))
            }
        default: break
        }
        if let loop = step.modifiers.foreach { report(.unsupported("foreach", at: loop.keyRange, help: nil)) }
        if let loop = step.modifiers.repeat { report(.unsupported("repeat", at: loop.keyRange, help: nil)) }
        guard let list = step.modifiers.compensate else { return }
        switch step.verb {
        case .steps, .choice:
            report(.unsupported("compensate", at: list.keyRange, help: "give the `call` steps inside their own `compensate`"))
        default: break
        }
    }
}
