import Diagnostics
import JSONSchema
import Values
import WorkflowGraph
import YAMLSyntax

/// The default of a field fits the named type of the field (WF4105). Those of the language's own types are checked as they are
/// read.
enum DefaultValueRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        for (field, type) in subject.types.input.fields ?? [] {
            check(field.defaultValue, type, subject.definition.input?.node.pair(field.name)?.value.scalar, report)
        }
        for setting in subject.types.config {
            check(
                setting.defaultValue, setting.type,
                subject.definition.config.first { $0.name.hasSameCodePoints(as: setting.name) }?.node.scalar, report)
        }
    }

    private static func check(
        _ value: Value?, _ type: DeclaredType, _ scalar: @autoclosure () -> YAMLScalar?, _ report: (Diagnostic) -> Void
    ) {
        guard let value, !TypeTable.mentioned(in: type.form).isEmpty, let scalar = scalar(),
            let violation = ContractMaking.contract(type, isClosed: true).contract?.schema.validate(value).first
        else { return }
        report(.unfitExample("default", violation.message, at: defaultRange(scalar)))
    }

    /// What stands after `=`.
    private static func defaultRange(_ scalar: YAMLScalar) -> SourceRange {
        let bytes = Array(scalar.text.utf8)
        guard var start = bytes.firstIndex(of: UInt8(ascii: "=")).map({ $0 + 1 }) else { return scalar.range }
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        return start < bytes.count ? scalar.sourceRange(ofText: start..<bytes.count) : scalar.range
    }
}
