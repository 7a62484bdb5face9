import CEL
import Diagnostics
import Mustache
import Values
import WorkflowGraph
import YAMLSyntax

// Mail templates: a call that names one gets what the template makes of its `data`, rendered when the input is evaluated.

extension FileLowering {
    /// The inputs that take the place of `template` and `data`.
    /// - Parameter data: what the template is filled with, and where that is written.
    mutating func mail(
        _ name: Located<String>, data: (value: LoweredValue, range: SourceRange)?
    ) -> [ValueExpression.Member] {
        guard let template = template(name) else {
            isComplete = false
            return []
        }
        let filling = data?.value ?? LoweredValue(.constant(.map(ValueMap())), .record([]))
        let range = data?.range ?? name.range
        var members: [ValueExpression.Member] = []
        let parts = [
            ("subject", template.subject, MustacheEscaping.none), ("text", template.text, .none),
            ("html", template.html, .html),
        ]
        for case (let input, let part?, let escaping) in parts {
            TemplateDataRule.check(part, of: name.value, against: filling.type, at: range) { report($0) }
            members.append(
                .init(name: input, value: .mustache(part.template, data: filling.expression, escaping: escaping)))
        }
        return members
    }

    /// Nil where there is none, or one with a mistake, which is reported at the template.
    private mutating func template(_ name: Located<String>) -> MailTemplate? {
        guard MailTemplate.isName(name.value), let template = project.templates[name.value], !template.files.isEmpty else {
            report(.missingTemplate(name, known: project.templateNames))
            return nil
        }
        if !usedTemplates.contains(name.value) { usedTemplates.append(name.value) }
        guard template.files.contains(where: { $0.path == MailTemplate.path(ofName: name.value) }) else {
            report(.templateWithoutText(name))
            return nil
        }
        return template.isSound ? template : nil
    }
}
