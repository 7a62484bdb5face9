import Diagnostics
import Schedules
import YAMLSyntax

/// What a rule looks at: one parsed file and what is known around it. An object, since each of the many rules is handed it.
final class RuleSubject {
    let file: Project.File
    let project: Project
    let lowered: LoweredFile?

    init(file: Project.File, project: Project, lowered: LoweredFile?) {
        self.file = file
        self.project = project
        self.lowered = lowered
    }

    var definition: Definition { file.definition }
    var types: FileTypes { file.types }
}

/// One check over a file. It decides that something is wrong and where; what is said stands in `Wording`.
protocol DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void)
}

/// All rules that look at a parsed file. A new rule is a file in `Check/Rules` and a line here.
enum RuleBook {
    static var rules: [any DefinitionRule.Type] {
        [
            DuplicateIDRule.self, ModifierPlaceRule.self, CaseOrderRule.self, ReturnPlaceRule.self,
            WaitTimeoutRule.self, WaitConditionRule.self, NestedTimeoutRule.self, SecretDeclarationRule.self,
            CallTargetRule.self, RetryableErrorRule.self, LoopNameRule.self, SingleBranchRule.self, EventDeclarationRule.self,
            ForeignNameRule.self, CatchClauseRule.self,
            DefaultValueRule.self,
            // Time and durability.
            CronSyntaxRule.self, CronDayRule.self, ClockChangeRule.self, RareScheduleRule.self, TimeZoneRule.self,
            RetryBudgetRule.self, LongTimeRule.self, OverlapRule.self, UnkeyedRetryRule.self, UncompensatedEffectRule.self,
            SilentCatchRule.self, CompensationRetryRule.self, DroppedCompensationRule.self, SharedConcurrencyRule.self,
            // Security.
            ClearTextSecretRule.self, PlainHTTPRule.self, CommandNameRule.self, LoaderVariableRule.self,
        ]
    }

    /// Rules that would only repeat in other words what is wrong already: a misspelt name leaves its declaration unused.
    static var rulesForFaultless: [any DefinitionRule.Type] { [UnusedRule.self, SwitchRule.self] }

    /// Over each JSON Schema an author wrote out.
    static var schemaRules: [any SchemaRule.Type] {
        [
            SchemaValidityRule.self, UnsatisfiableSchemaRule.self, SchemaExampleRule.self, RequiredPropertyRule.self,
            SchemaTypingRule.self,
        ]
    }

    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        for rule in rules { rule.check(subject, report: report) }
        check(SchemaDocument.all(in: subject.definition), report: report)
    }

    static func check(_ documents: [SchemaDocument], report: (Diagnostic) -> Void) {
        for document in documents {
            for rule in schemaRules { rule.check(document, report: report) }
        }
    }

    static func checkFaultless(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        for rule in rulesForFaultless { rule.check(subject, report: report) }
    }
}

/// Checks over all files of a project together.
enum ProjectRules {
    static func check(_ project: Project, report: (Diagnostic) -> Void) {
        EventShapeRule.check(project, report: report)
        SettingTypeRule.check(project, report: report)
        InvokeCircleRule.check(project, report: report)
        if let shared = project.shared {
            RuleBook.check(SchemaDocument.all(in: (shared.types + shared.events).map(\.node)), report: report)
        }
        let flow = EventFlow(project)
        EventLoopRule.check(project, flow, report: report)
        UnheardEventRule.check(project, flow, report: report)
    }

    /// When no file of the project has an error.
    static func checkFaultless(_ project: Project, report: (Diagnostic) -> Void) {
        UnusedSharedTypeRule.check(project, report: report)
    }
}
