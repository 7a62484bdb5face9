import CEL
import Diagnostics
import Values
import YAMLSyntax

/// What the cases of a `switch` make of the values there are: every one has a case where that matters (WF2116), and no case is
/// taken by those before it (WF2117).
enum SwitchRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        var mentions: ExpressionMentions?
        subject.definition.forEachStep { step, _ in
            guard case .choice(let list) = step.verb else { return }
            let cases = list.steps.map(Case.init)
            checkRepetition(cases, report)
            guard cases.last?.condition != nil, !cases.contains(where: \.isAlways) else { return }
            if let compared = comparedByAll(cases), let members = subject.lowered?.switchMembers[step.id.value] {
                let missing = members.filter { member in !cases.contains { $0.shape?.members.contains(member) ?? false } }
                if !missing.isEmpty { report(.missingCases(step, missing: missing, subject: compared)) }
                return
            }
            let uses = mentions ?? ExpressionMentions(subject.definition.root)
            mentions = uses
            if uses.mentions(step: step.id.value) || uses.mentionsResult(in: step) { report(.mayChooseNothing(step)) }
        }
    }

    /// What all cases compare, where it is one thing.
    private static func comparedByAll(_ cases: [Case]) -> String? {
        guard let first = cases.first?.shape?.subject else { return nil }
        return cases.allSatisfy { $0.shape?.subject.utf8.elementsEqual(first.utf8) ?? false } ? first : nil
    }

    private static func checkRepetition(_ cases: [Case], _ report: (Diagnostic) -> Void) {
        for (position, item) in cases.enumerated() {
            let earlier = cases[..<position]
            if let always = earlier.first(where: \.isAlways) {
                report(.caseTakenBefore(item.step, by: always.step, isDuplicate: false))
            } else if let twin = earlier.first(where: { item.repeats($0) }) {
                report(.caseTakenBefore(item.step, by: twin.step, isDuplicate: true))
            } else if let taker = earlier.first(where: { item.isNarrower(than: $0) }), item.isCovered(by: earlier) {
                report(.caseTakenBefore(item.step, by: taker.step, isDuplicate: false))
            }
        }
    }

    /// The values that the cases of a `switch` compare with constants may have; nil where they are no fixed set.
    static func members(_ list: StepList, typeOf: (String) -> StaticType?) -> [Value]? {
        guard let condition = list.steps.first.flatMap(Case.source), let shape = ConditionShape(of: condition) else {
            return nil
        }
        guard let type = typeOf(shape.subject) else { return nil }
        switch type.withoutNull {
        case .enumeration(let members): return members.map(Value.string) + (type.mayBeNull ? [.null] : [])
        default: return nil
        }
    }

    private struct Case {
        let step: Step
        /// The condition without white space that does not matter; nil without `if`, and where it cannot be read.
        let condition: String?
        let shape: ConditionShape?
        /// The conditions it is joined of by `&&`.
        let conjuncts: [String]

        init(_ step: Step) {
            self.step = step
            let source = Self.source(step)
            condition = source.flatMap(ConditionShape.normalized)
            shape = source.flatMap(ConditionShape.init)
            conjuncts = source.map(ConditionShape.conjuncts) ?? []
        }

        static func source(_ step: Step) -> String? {
            guard case .scalar(let scalar)? = step.modifiers.condition?.node.content else { return nil }
            let template = Template(scalar.text)
            return template.single?.source ?? template.literal
        }

        /// `if: true`, which is no way to write a default, but one.
        var isAlways: Bool { condition == "true" }

        func repeats(_ other: Case) -> Bool {
            guard let condition, let twin = other.condition else { return false }
            return condition.utf8.elementsEqual(twin.utf8)
        }

        /// What it asks is among other things what the other one asks.
        func isNarrower(than other: Case) -> Bool {
            if let condition = other.condition, conjuncts.count > 1, conjuncts.contains(condition) { return true }
            guard let shape, let wider = other.shape else { return false }
            return shape.subject == wider.subject && shape.members.contains { wider.members.contains($0) }
        }

        func isCovered(by earlier: ArraySlice<Case>) -> Bool {
            if conjuncts.count > 1, earlier.contains(where: { $0.condition.map(conjuncts.contains) ?? false }) { return true }
            guard let shape else { return false }
            let taken = earlier.compactMap(\.shape).filter { $0.subject == shape.subject }.flatMap(\.members)
            return !shape.members.isEmpty && shape.members.allSatisfy { taken.contains($0) }
        }
    }
}
