import CEL
import Diagnostics
import Values
import WorkflowGraph
import YAMLSyntax

// Values that may have expressions in them: `Expr<T>` of the language reference.

extension FileLowering {
    mutating func value(_ node: YAMLNode, _ place: ValuePlace, _ scope: inout Scope) -> LoweredValue {
        let lowered =
            switch node.content {
            case .scalar(let scalar): self.scalar(scalar, place, &scope)
            case .sequence(let items): list(node, items, place, &scope)
            case .mapping(let pairs): map(node, pairs, place, &scope)
            }
        if case .constant(let value) = lowered.expression, lowered.type != .error {
            LiteralSchemaRule.check(value, node, place) { report($0) }
        }
        return lowered
    }

    /// `if` and its like: one expression, or a literal `true` or `false`.
    mutating func condition(_ entry: Entry, _ scope: inout Scope) -> LoweredValue {
        let what = "`\(entry.name)`"
        guard case .scalar(let scalar) = entry.node.content else {
            report(
                .wrongKind(what, expected: "a condition", found: entry.node, shape: "\(entry.name): ${{ input.amount > 100 }}"))
            return .faulty
        }
        let template = Template(scalar.text)
        if template.single == nil, template.literal == nil || template.unterminated != nil {
            guard template.unterminated == nil else {
                report(.unterminated(scalar, at: template.unterminated ?? 0))
                return .faulty
            }
            report(.textAroundCondition(what, at: scalar.range))
            return .faulty
        }
        guard let single = template.single else { return literalCondition(scalar, what) }
        let lowered = expression(single.source, single.range, scalar, .deciding(what), &scope)
        switch lowered.type {
        case .bool, .any, .error: break
        case .nullable(.bool):
            report(.conditionMayBeNull(what, at: scalar.sourceRange(ofText: single.range), why: whyNull(single.source)))
        default: report(.notCondition(what, found: lowered.type, at: scalar.sourceRange(ofText: single.range)))
        }
        return lowered
    }

    private mutating func literalCondition(_ scalar: YAMLScalar, _ what: String) -> LoweredValue {
        if case .success(.bool(let value)) = scalar.untypedValue() { return LoweredValue(.constant(.bool(value)), .bool) }
        report(.literalCondition(what, scalar))
        return .faulty
    }

    // MARK: Collections

    private mutating func list(
        _ node: YAMLNode, _ items: [YAMLNode], _ place: ValuePlace, _ scope: inout Scope
    ) -> LoweredValue {
        var element: DeclaredType?
        if let expected = place.expected?.required {
            switch expected.form {
            case .list: element = expected.element
            case .any, .invalid: break
            default:
                report(.unfitNode(place, found: node))
                return .faulty
            }
        }
        var values: [ValueExpression] = []
        var type = StaticType.never
        var labels = ValueLabels.written
        for item in items {
            let lowered = value(item, place.part("an item of \(place.what)", expected: element), &scope)
            values.append(lowered.expression)
            type = type.join(lowered.type)
            labels = labels.joined(lowered.labels)
        }
        return LoweredValue(ValueExpression.folded(values), .list(type), labels: labels)
    }

    private mutating func map(
        _ node: YAMLNode, _ pairs: [YAMLPair], _ place: ValuePlace, _ scope: inout Scope
    ) -> LoweredValue {
        var record: [(field: TypeForm.Field, type: DeclaredType)]?
        var element: DeclaredType?
        if let expected = place.expected?.required {
            switch expected.form {
            case .record: record = expected.fields
            case .map: element = expected.element
            case .object, .any, .invalid: break
            default:
                report(.unfitNode(place, found: node))
                return .faulty
            }
        }
        var members: [ValueExpression.Member] = []
        var fields: [(String, StaticType)] = []
        var labels: [(String, ValueLabels)] = []
        for pair in pairs {
            var expected = element
            if let record {
                guard let known = record.first(where: { $0.field.name.hasSameCodePoints(as: pair.key.text) }) else {
                    report(.unknownMember(pair.key, of: place, known: record.map(\.field.name)))
                    continue
                }
                expected = known.type
            }
            let lowered = value(pair.value, place.part("'\(pair.key.text)' of \(place.what)", expected: expected), &scope)
            members.append(.init(name: pair.key.text, value: lowered.expression))
            fields.append((pair.key.text, lowered.type))
            labels.append((pair.key.text, lowered.labels))
        }
        for missing in record ?? []
        where !missing.field.isOptional && !fields.contains(where: { $0.0.hasSameCodePoints(as: missing.field.name) }) {
            report(.missingMember(missing.field.name, of: place, at: node.firstLine))
        }
        return LoweredValue(ValueExpression.folded(members), .record(fields), labels: ValueLabels(fields: labels))
    }

    // MARK: Scalars

    private mutating func scalar(_ scalar: YAMLScalar, _ place: ValuePlace, _ scope: inout Scope) -> LoweredValue {
        guard scalar.text.utf8.contains(UInt8(ascii: "{")) else {
            if !place.isCode, ForgottenExpressionRule.applies(to: scalar, in: scope) {
                // Where text does not fit, this is why: one mistake.
                guard case .value = LiteralReading.read(scalar, scalar.text, as: place.expected) else {
                    report(.forgottenExpression(scalar, .error))
                    return .faulty
                }
                report(.forgottenExpression(scalar, .warning))
            }
            return literal(scalar, scalar.text, place)
        }
        let template = Template(scalar.text)
        if let start = template.unterminated {
            report(.unterminated(scalar, at: start))
            return .faulty
        }
        if !place.isCode { MustacheRule.check(template, scalar) { report($0) } }
        if let single = template.single {
            let lowered = expression(single.source, single.range, scalar, place, &scope)
            check(lowered, place, at: scalar.sourceRange(ofText: single.range))
            return lowered
        }
        if let text = template.literal {
            if text.utf8.count == scalar.text.utf8.count { return literal(scalar, text, place) }
            return literal(
                YAMLScalar(text: text, style: .doubleQuoted, range: scalar.range, positions: scalar.positions), text, place)
        }
        return text(template, scalar, place, &scope)
    }

    /// A string made of text and expressions.
    private mutating func text(
        _ template: Template, _ scalar: YAMLScalar, _ place: ValuePlace, _ scope: inout Scope
    ) -> LoweredValue {
        var parts: [ValueExpression.TemplatePart] = []
        var isSecret = false
        var labels = ValueLabels.written
        var pieces: [LabelledPiece] = []
        for part in template.parts {
            switch part {
            case .text(let text, _):
                parts.append(.text(text))
                pieces.append(.text(text))
            case .expression(let source, let range):
                let lowered = expression(source, range, scalar, place, &scope)
                checkText(lowered.type, at: scalar.sourceRange(ofText: range), source: source)
                isSecret = isSecret || lowered.type.withoutNull == .secret
                labels = labels.joined(lowered.labels.whole)
                pieces += lowered.pieces
                guard let compiled = lowered.compiled else { continue }
                var isURI = false
                if case .text(.uri) = scope.declaredType(ofPath: source)?.required.form { isURI = true }
                parts.append(.expression(compiled, isURI: isURI))
            }
        }
        let type: StaticType = isSecret || labels.isSecret ? .secret : .string
        var isURI = false
        switch place.expected?.required.form {
        case nil, .any, .text(.string), .text(.secret), .text(.email), .text(.uuid), .invalid: break
        case .text(.uri):
            isURI = true
            PlainHTTPRule.check(scalar) { report($0) }
        default:
            report(.unfitType(place, found: .string, at: scalar.range))
            return .faulty
        }
        return LoweredValue(isURI ? .uri(parts) : .template(parts), type, labels: labels, pieces: pieces)
    }

    private mutating func checkText(_ type: StaticType, at range: SourceRange, source: String) {
        switch type {
        case .any, .error, .string, .int, .uint, .double, .bool, .timestamp, .duration, .enumeration, .secret, .never: return
        case .nullable(let wrapped):
            switch wrapped {
            case .list, .map, .record: report(.unfitText(type, at: range))
            default: report(.textMayBeNull(source, type, at: range, why: whyNull(source)))
            }
        default: report(.unfitText(type, at: range))
        }
    }

    /// A scalar without expressions: in a typed position the type decides what it is (language.md §10).
    private mutating func literal(_ scalar: YAMLScalar, _ text: String, _ place: ValuePlace) -> LoweredValue {
        LiteralSpellingRule.check(scalar, as: place.expected ?? .any) { report($0) }
        if case .text(.uri)? = place.expected?.required.form { PlainHTTPRule.check(scalar) { report($0) } }
        switch LiteralReading.read(scalar, text, as: place.expected) {
        case .value(let value, let type): return LoweredValue(.constant(value), type, pieces: [.text(text)])
        case .violation(let violation): report(.violatesSchema(place, at: scalar.range, violation: violation))
        case .ambiguous(let diagnostic): report(diagnostic)
        case .quotable: report(.wrongScalar(place.what, expected: "a string", found: scalar, isQuotable: true))
        case .badDuration: report(.badDuration(scalar))
        case .notMember(let members): report(.notInSet(place.what, found: Located(text, at: scalar.range), members: members))
        case .unfit(let expected): report(.unfitLiteral(place, scalar, expected: expected))
        }
        return .faulty
    }

    // MARK: Expressions

    private static let expressionOptions = ExpressionOptions(dialect: .workflow, timeZones: SystemTimeZones())

    mutating func expression(
        _ source: String, _ range: Range<Int>, _ scalar: YAMLScalar, _ place: ValuePlace, _ scope: inout Scope
    ) -> LoweredValue {
        var options = Self.expressionOptions
        options.guessesNames = guessesLeft > 0
        let (compiled, problems) = ExpressionCompiler.compile(
            source, in: scope.expressionScope(withSecrets: place.allowsSecrets), options: options)
        for problem in problems {
            let site = ExpressionSite(source: source, offset: range.lowerBound, scalar: scalar, place: place)
            report(diagnostic(for: problem, at: site, in: scope))
        }
        guard let compiled else {
            isComplete = false
            return .faulty
        }
        let site = ExpressionSite(source: source, offset: range.lowerBound, scalar: scalar, place: place)
        if let (path, diagnostic) = UntypedUseRule.finding(in: compiled, at: site), untypedPaths.insert(path).inserted {
            report(diagnostic)
        }
        let (labels, pieces) = self.labels(of: compiled, in: scope)
        let allowed = refuseSecrets(labels, compiled.type, place, at: scalar.sourceRange(ofText: range))
        return LoweredValue(
            .expression(compiled), compiled.type, declared: scope.declaredType(ofPath: source), compiled: compiled,
            labels: allowed, pieces: pieces)
    }

    private func whyNull(_ source: String) -> [Diagnostic.Note] {
        NullReason(definition: definition).note(for: source).map { [$0] } ?? []
    }

    /// Reports an expression whose type does not fit its place.
    private mutating func check(_ lowered: LoweredValue, _ place: ValuePlace, at range: SourceRange) {
        guard let expected = place.expected else { return }
        let target = expected.staticType(asTarget: true)
        if lowered.type.isAssignable(to: target) { return }
        if lowered.type.mayBeNull, lowered.type.withoutNull.isAssignable(to: target) {
            report(.valueMayBeNull(place, found: lowered.type, at: range, why: whyNull(lowered.compiled?.source ?? "")))
        } else {
            report(.unfitType(place, found: lowered.type, at: range))
        }
    }
}

extension ValueExpression {
    /// A list that has no expressions in it is a constant.
    static func folded(_ items: [ValueExpression]) -> ValueExpression {
        var values: [Value] = []
        for item in items {
            guard case .constant(let value) = item else { return .list(items) }
            values.append(value)
        }
        return .constant(.list(values))
    }

    static func folded(_ members: [Member]) -> ValueExpression {
        var entries: [(String, Value)] = []
        for member in members {
            guard case .constant(let value) = member.value else { return .map(members) }
            entries.append((member.name, value))
        }
        return .constant(.map(ValueMap(entries)))
    }
}
