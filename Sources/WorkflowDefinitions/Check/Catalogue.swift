package import Diagnostics
import Schedules
import YAMLSyntax

/// Every kind of mistake this module reports: its code, how much it matters by default, and what it is about.
package enum DiagnosticCatalogue {
    package struct Row: Sendable {
        package let code: DiagnosticCode
        /// A rule may report a milder form of the same mistake.
        package let severity: Severity
        package let title: String
        /// An error that is an opinion about a definition that could run: it can be waived, and settings can change it.
        package var isJudgement = false
    }

    package static let rows: [Row] = [
        // Found by the reader of YAML, before there is a definition.
        row(.sourceText, .error, "not UTF-8, or control characters"),
        row(.syntax, .error, "YAML syntax"),
        row(.duplicateKey, .error, "duplicate key"),
        row(.outsideSubset, .error, "merge key, tag, several documents, directive, or a key that is no string"),
        row(.ambiguousScalar, .error, "plain scalar that YAML 1.1 and 1.2 read differently"),
        row(.aliasOrSize, .error, "alias undefined, cyclic or exploding; nesting; size"),
        row(.unusedAnchor, .warning, "unused anchor"),
        row(.rootShape, .error, "empty file, or one that is no mapping"),
        row(.numberRange, .error, "integer outside 64 bits, or no finite number"),
        row(.trailingNewline, .warning, "line break at the end of an exact value"),
        row(.nonCanonicalWord, .warning, "unusual spelling of a boolean"),
        // Structure.
        row(.unknownKey, .error, "unknown key"),
        row(.missingKey, .error, "required key missing"),
        row(.wrongKind, .error, "wrong kind of node"),
        row(.wrongScalar, .error, "wrong type of scalar"),
        row(.notInSet, .error, "value not in the set"),
        row(.outOfRange, .error, "number out of range"),
        row(.verbCount, .error, "step with no verb or two"),
        row(.exclusiveKeys, .error, "keys that exclude or need each other"),
        row(.duplicateID, .error, "duplicate id"),
        row(.badID, .error, "bad or reserved id"),
        row(.emptyList, .error, "empty list"),
        row(.workflowOrAction, .error, "neither or both of `workflow` and `action`"),
        row(.nameAndPath, .error, "name differs from path, or two definitions of one name"),
        row(.unsupportedLanguage, .error, "unsupported `dsl`"),
        row(.missingFile, .error, "referenced template or file missing or outside the project"),
        row(.malformedName, .error, "malformed header, variable, method or label"),
        row(.unsupported, .error, "not supported by this version of wfrun"),
        row(.waiver, .warning, "waiver that waives nothing, gives no reason or cannot be read"),
        // References and flow.
        row(.unknownStep, .error, "unknown step"),
        row(.usedBeforeRun, .error, "step used before it runs"),
        row(.insideOtherBody, .error, "step inside another body"),
        row(.siblingBranch, .error, "step of another branch or case"),
        row(.outOfPlace, .error, "variable outside its place"),
        row(.shadowing, .error, "name hides another"),
        row(.unreachable, .warning, "unreachable step"),
        row(.unused, .warning, "declared and never used"),
        row(.unknownTarget, .error, "unknown action or workflow"),
        row(.callInput, .error, "input does not fit the target"),
        row(.circularCall, .error, "actions calling each other in a circle"),
        row(.eventDeclaration, .error, "event not declared, or declared with two shapes"),
        judgement(.catchClause, "`catch` clause that never matches"),
        row(.switchCoverage, .warning, "`switch` that may choose no case"),
        row(.switchCase, .warning, "case that an earlier one takes"),
        row(.returnPlace, .error, "`return` or `continue_as_new` not allowed here"),
        row(.caseOrder, .error, "case without `if` that is not last"),
        row(.undeclaredSetting, .error, "undeclared secret or config"),
        row(.singleBranch, .warning, "`parallel` with one branch"),
        // Expressions.
        row(.expressionSyntax, .error, "syntax of an expression"),
        row(.unterminated, .error, "unterminated `${{`"),
        row(.unknownName, .error, "unknown name in an expression"),
        row(.unknownField, .error, "unknown field"),
        row(.noOverload, .error, "no overload for these types"),
        row(.unknownFunction, .error, "unknown function"),
        row(.notCondition, .error, "condition is not bool"),
        row(.unfitValue, .error, "value does not fit the place"),
        row(.unfitText, .error, "list, map or null in a text"),
        row(.mayBeNull, .error, "value may be null"),
        row(.alwaysSame, .warning, "comparison that is always true or false"),
        row(.constantFails, .error, "constant evaluation fails"),
        row(.redundant, .warning, "redundant comparison"),
        row(.tooComplex, .error, "expression too large or deep"),
        row(.protobufOnly, .error, "protobuf-only feature"),
        row(.untypedUse, .warning, "value of type `any` used where checking would help"),
        row(.nestedExpression, .error, "expression inside an expression, or text that looks like one"),
        // Schemas and data.
        row(.invalidSchema, .error, "invalid JSON Schema"),
        row(.badReference, .error, "reference in a schema that leads nowhere"),
        row(.unknownKeyword, .warning, "unknown keyword in a schema"),
        judgement(.unsatisfiable, "schema that no value fits"),
        row(.unfitDefault, .error, "default or example violates its type"),
        row(.patternSyntax, .error, "pattern syntax"),
        row(.patternFeature, .error, "pattern feature that is not linear"),
        row(.unknownFormat, .warning, "unknown format"),
        row(.literalViolation, .error, "literal violates the schema of its place"),
        row(.requiredNothing, .warning, "`required` names no property of a closed object"),
        row(.badType, .error, "bad type expression"),
        row(.untypedSchema, .warning, "schema feature not used for typing"),
        // Time and durability.
        row(.badCron, .error, "time pattern that cannot be read"),
        row(.eitherDay, .warning, "day and weekday both restricted"),
        row(.clockChange, .warning, "fires while clocks change"),
        judgement(.rareSchedule, "never fires, or years apart"),
        row(.unknownZone, .error, "unknown time zone"),
        row(.badDuration, .error, "duration syntax"),
        row(.waitForever, .warning, "wait or repetition with no timeout above"),
        judgement(.innerTimeout, "inner timeout longer than an enclosing one"),
        row(.nothingToRetry, .warning, "`retry` with nothing to retry"),
        row(.longTime, .warning, "sleep or timeout over a year, or in the past"),
        row(.pileUp, .warning, "overlapping instances that run longer than the interval"),
        row(.retryWithoutKey, .info, "retried effect that carries no idempotency key"),
        row(.effectStays, .info, "effect without `compensate` before a step that can fail"),
        row(.silentCatch, .warning, "`catch` clause that hides an error"),
        row(.undoOnce, .warning, "compensation without `retry`"),
        row(.droppedUndo, .warning, "`continue_as_new` drops compensations"),
        row(.sharedConcurrency, .warning, "`invoke` of a workflow that queues behind its caller"),
        // Events.
        row(.matchPath, .error, "`match` path not in the payload"),
        row(.matchType, .error, "`match` type differs"),
        row(.emittedData, .error, "emitted data does not fit the event"),
        row(.waitForAny, .warning, "wait with neither `match` nor `where`"),
        row(.triggerInput, .error, "input of a trigger does not fit the workflow"),
        row(.eventLoop, .warning, "workflow that starts itself over its events"),
        row(.unheardEvent, .warning, "event that nothing sends, or nothing takes"),
        // Security.
        row(.expressionInLiteral, .error, "expression in a literal-only input"),
        judgement(.clearTextSecret, "secret in clear text"),
        row(.storedSecret, .error, "secret flows to a stored place"),
        row(.leakedSecret, .error, "secret in a place that shows it"),
        row(.plainHTTP, .warning, "plain `http://` to another machine"),
        row(.hostFromData, .warning, "host of a URL taken from data"),
        row(.computedCommand, .warning, "command name taken from an expression"),
        row(.loaderVariable, .warning, "environment variable that changes loader or shell"),
        row(.secretInput, .error, "`secret` as input of a workflow or field of an event"),
        // Determinism.
        row(.impure, .error, "clock, randomness or environment in an expression"),
        // Against what is recorded: `plan`, `validate --against`.
        judgement(.stepGone, "step with a record disappeared"),
        judgement(.stepChanged, "recorded step does something else"),
        judgement(.recordUnfit, "recorded value no longer fits"),
        judgement(.stepMoved, "step moved into or out of a loop or body"),
        row(.undoChanged, .warning, "compensation of a recorded step changed"),
        judgement(.orderChanged, "step comes before recorded ones"),
    ]

    private static let byCode = Dictionary(uniqueKeysWithValues: rows.map { ($0.code, $0) })

    static func severity(of code: DiagnosticCode) -> Severity { byCode[code]?.severity ?? .error }

    package static func row(of code: DiagnosticCode) -> Row? { byCode[code] }

    /// Codes whose rules look at dates to come: without `SourceSet.asOf` they find nothing, or not all there is.
    static let countingFromNow: Set<DiagnosticCode> = [.clockChange, .rareSchedule, .longTime]

    /// A code as authors write it: `WF5107`, in any case.
    package static func code(_ text: String) -> DiagnosticCode? {
        let upper = text.uppercased()
        guard upper.utf8.count == 6, upper.utf8.starts(with: "WF".utf8), let number = Int(upper.dropFirst(2)) else {
            return nil
        }
        return byCode[DiagnosticCode(number)]?.code
    }

    /// Whether waivers and settings have a say: not where the definition could not be run with the mistake.
    static func canBeSettled(_ diagnostic: Diagnostic) -> Bool {
        diagnostic.severity != .error || byCode[diagnostic.code]?.isJudgement == true
    }

    private static func row(_ code: DiagnosticCode, _ severity: Severity, _ title: String) -> Row {
        Row(code: code, severity: severity, title: title)
    }

    private static func judgement(_ code: DiagnosticCode, _ title: String) -> Row {
        Row(code: code, severity: .error, title: title, isJudgement: true)
    }
}

extension Diagnostic {
    /// A diagnostic with its code's own severity.
    init(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, label: String? = nil, notes: [Note] = [],
        help: String? = nil, fix: Fix? = nil
    ) {
        self.init(
            code, DiagnosticCatalogue.severity(of: code), message, at: range, label: label, notes: notes, help: help, fix: fix)
    }
}

extension DiagnosticCode {
    // Structure.
    static let unknownKey = DiagnosticCode(1101)
    static let missingKey = DiagnosticCode(1102)
    static let wrongKind = DiagnosticCode(1103)
    static let wrongScalar = DiagnosticCode(1104)
    static let notInSet = DiagnosticCode(1105)
    static let outOfRange = DiagnosticCode(1106)
    static let verbCount = DiagnosticCode(1107)
    static let exclusiveKeys = DiagnosticCode(1108)
    static let duplicateID = DiagnosticCode(1109)
    static let badID = DiagnosticCode(1110)
    static let emptyList = DiagnosticCode(1111)
    static let workflowOrAction = DiagnosticCode(1112)
    static let nameAndPath = DiagnosticCode(1113)
    static let unsupportedLanguage = DiagnosticCode(1114)
    static let missingFile = DiagnosticCode(1115)
    static let malformedName = DiagnosticCode(1116)
    static let unsupported = DiagnosticCode(1117)
    static let waiver = DiagnosticCode(1118)
    // References and flow.
    static let unknownStep = DiagnosticCode(2101)
    static let usedBeforeRun = DiagnosticCode(2102)
    static let insideOtherBody = DiagnosticCode(2103)
    static let siblingBranch = DiagnosticCode(2104)
    static let outOfPlace = DiagnosticCode(2105)
    static let shadowing = DiagnosticCode(2106)
    static let unreachable = DiagnosticCode(2107)
    static let unused = DiagnosticCode(2109)
    static let unknownTarget = DiagnosticCode(2110)
    static let callInput = DiagnosticCode(2111)
    static let circularCall = DiagnosticCode(2112)
    static let eventDeclaration = DiagnosticCode(2113)
    static let catchClause = DiagnosticCode(2115)
    static let switchCoverage = DiagnosticCode(2116)
    static let switchCase = DiagnosticCode(2117)
    static let returnPlace = DiagnosticCode(2118)
    static let caseOrder = DiagnosticCode(2119)
    static let undeclaredSetting = DiagnosticCode(2120)
    static let singleBranch = DiagnosticCode(2121)
    // Expressions.
    static let expressionSyntax = DiagnosticCode(3101)
    static let unterminated = DiagnosticCode(3102)
    static let unknownName = DiagnosticCode(3103)
    static let unknownField = DiagnosticCode(3104)
    static let noOverload = DiagnosticCode(3105)
    static let unknownFunction = DiagnosticCode(3106)
    static let notCondition = DiagnosticCode(3107)
    static let unfitValue = DiagnosticCode(3108)
    static let unfitText = DiagnosticCode(3109)
    static let mayBeNull = DiagnosticCode(3110)
    static let alwaysSame = DiagnosticCode(3112)
    static let constantFails = DiagnosticCode(3113)
    static let redundant = DiagnosticCode(3114)
    static let tooComplex = DiagnosticCode(3116)
    static let protobufOnly = DiagnosticCode(3117)
    static let untypedUse = DiagnosticCode(3118)
    static let nestedExpression = DiagnosticCode(3119)
    // Schemas and data.
    static let invalidSchema = DiagnosticCode(4101)
    static let badReference = DiagnosticCode(4102)
    static let unknownKeyword = DiagnosticCode(4103)
    static let unsatisfiable = DiagnosticCode(4104)
    static let unfitDefault = DiagnosticCode(4105)
    static let patternSyntax = DiagnosticCode(4106)
    static let patternFeature = DiagnosticCode(4107)
    static let unknownFormat = DiagnosticCode(4108)
    static let literalViolation = DiagnosticCode(4109)
    static let requiredNothing = DiagnosticCode(4110)
    static let badType = DiagnosticCode(4111)
    static let untypedSchema = DiagnosticCode(4112)
    // Time, events, security.
    static let badCron = DiagnosticCode(5101)
    static let eitherDay = DiagnosticCode(5102)
    static let clockChange = DiagnosticCode(5103)
    static let rareSchedule = DiagnosticCode(5104)
    static let unknownZone = DiagnosticCode(5105)
    static let badDuration = DiagnosticCode(5106)
    static let waitForever = DiagnosticCode(5107)
    static let innerTimeout = DiagnosticCode(5109)
    static let nothingToRetry = DiagnosticCode(5110)
    static let longTime = DiagnosticCode(5113)
    static let pileUp = DiagnosticCode(5114)
    static let retryWithoutKey = DiagnosticCode(5115)
    static let effectStays = DiagnosticCode(5116)
    static let silentCatch = DiagnosticCode(5117)
    static let undoOnce = DiagnosticCode(5118)
    static let droppedUndo = DiagnosticCode(5119)
    static let sharedConcurrency = DiagnosticCode(5120)
    static let matchPath = DiagnosticCode(5201)
    static let matchType = DiagnosticCode(5202)
    static let emittedData = DiagnosticCode(5203)
    static let waitForAny = DiagnosticCode(5204)
    static let triggerInput = DiagnosticCode(5205)
    static let eventLoop = DiagnosticCode(5206)
    static let unheardEvent = DiagnosticCode(5207)
    static let expressionInLiteral = DiagnosticCode(6101)
    static let clearTextSecret = DiagnosticCode(6102)
    static let storedSecret = DiagnosticCode(6103)
    static let leakedSecret = DiagnosticCode(6104)
    static let plainHTTP = DiagnosticCode(6105)
    static let hostFromData = DiagnosticCode(6106)
    static let computedCommand = DiagnosticCode(6107)
    static let loaderVariable = DiagnosticCode(6108)
    static let secretInput = DiagnosticCode(6109)
    static let impure = DiagnosticCode(7101)
    // Against what is recorded.
    package static let stepGone = DiagnosticCode(7201)
    package static let stepChanged = DiagnosticCode(7202)
    package static let recordUnfit = DiagnosticCode(7203)
    package static let stepMoved = DiagnosticCode(7204)
    package static let undoChanged = DiagnosticCode(7205)
    package static let orderChanged = DiagnosticCode(7206)
}
