import CEL
import Diagnostics
import Mustache

/// What a mail template names is in the data it is filled with, and can stand in a text (WF2111).
struct TemplateDataRule {
    private let part: MailTemplate.Part
    private let template: String
    private let range: SourceRange
    private var reported: Set<String> = []

    static func check(
        _ part: MailTemplate.Part, of template: String, against data: StaticType, at range: SourceRange,
        report: (Diagnostic) -> Void
    ) {
        var rule = TemplateDataRule(part: part, template: template, range: range)
        rule.check(part.template.parts, [data], report)
    }

    private init(part: MailTemplate.Part, template: String, range: SourceRange) {
        self.part = part
        self.template = template
        self.range = range
    }

    /// - Parameter contexts: types of what the sections around are about, outermost first.
    private mutating func check(
        _ parts: [MustacheTemplate.Part], _ contexts: [StaticType], _ report: (Diagnostic) -> Void
    ) {
        for part in parts {
            switch part {
            case .text: continue
            case .variable(let name, _):
                let type = type(of: name, contexts, report)
                guard Self.cannotBeText(type), reported.insert(name.text).inserted else { continue }
                report(.templateNeedsText(name.text, type, in: template, at: range, tag: self.part.range(name.range)))
            case .section(let name, let body):
                check(body, contexts + [Self.item(of: type(of: name, contexts, report))], report)
            case .inverted(let name, let body):
                _ = type(of: name, contexts, report)
                check(body, contexts, report)
            }
        }
    }

    private mutating func type(
        of name: MustacheTemplate.Name, _ contexts: [StaticType], _ report: (Diagnostic) -> Void
    ) -> StaticType {
        guard let first = name.path.first else { return contexts[contexts.count - 1] }
        for context in contexts.reversed() {
            guard var type = Self.field(first, of: context) else { continue }
            for part in name.path.dropFirst() {
                guard let next = Self.field(part, of: type) else { return unknown(name, contexts, report) }
                type = next
            }
            return type
        }
        return unknown(name, contexts, report)
    }

    private mutating func unknown(
        _ name: MustacheTemplate.Name, _ contexts: [StaticType], _ report: (Diagnostic) -> Void
    ) -> StaticType {
        if reported.insert(name.text).inserted {
            let known = contexts.flatMap { context -> [String] in
                if case .record(let record) = context.withoutNull { record.fields.map(\.name) } else { [] }
            }
            report(.unknownTemplateName(name.text, in: template, known: known, at: range, tag: part.range(name.range)))
        }
        return .error
    }

    /// Nil when there is no such field.
    private static func field(_ name: String, of type: StaticType) -> StaticType? {
        switch type.withoutNull {
        case .any, .error: .any
        case .map(_, let value): value
        case .record(let record): record.field(name)?.readType ?? (record.isOpen && record.fields.isEmpty ? .any : nil)
        default: nil
        }
    }

    /// What is inside a section about a value of this type.
    private static func item(of type: StaticType) -> StaticType {
        switch type.withoutNull {
        case .list(.never): .any
        case .list(let item): item
        default: type.withoutNull
        }
    }

    private static func cannotBeText(_ type: StaticType) -> Bool {
        switch type.withoutNull {
        case .list, .map, .record, .bytes: true
        default: false
        }
    }
}
