import CEL
import Diagnostics
import WorkflowGraph

/// Walks two definitions side by side: bodies, called actions, handlers. What is gone or moved is reported once, with
/// everything inside it.
struct DefinitionComparison {
    let old: StepGraph
    let new: StepGraph
    private(set) var changes: [DefinitionChange] = []
    /// Where a step of the new definition stands, by the file it is in and its id.
    private let places: [Place: StepForms.Step]

    private struct Place: Hashable {
        var file: String
        var id: String
    }

    /// A list of steps in both definitions.
    private struct Lists {
        var old: [NodeIndex]
        var new: [NodeIndex]
        var file: String
        /// Of the keys of its steps.
        var prefix: String
        var verb: Verb

        enum Verb { case sequence, parallel, choice }
    }

    init(old: StepGraph, new: StepGraph) {
        self.old = old
        self.new = new
        var places: [Place: StepForms.Step] = [:]
        let files = Dictionary(
            new.files.compactMap { body in body.nameRange.map { (ObjectIdentifier($0.file), body.name) } },
            uniquingKeysWith: { first, _ in first })
        for step in StepForms(new).steps {
            guard let range = new.range(of: step), let file = files[ObjectIdentifier(range.file)] else { continue }
            let place = Place(file: file, id: new[step.nodes.verb].id)
            if places[place] == nil { places[place] = step }
        }
        self.places = places
    }

    mutating func compare() {
        compareInterface()
        compareFiles(old.main, new.main, below: "")
    }

    private mutating func report(_ form: String, _ diagnostic: Diagnostic?) {
        if let diagnostic { changes.append(DefinitionChange(form: form, diagnostic: diagnostic)) }
    }

    // MARK: The workflow

    private mutating func compareInterface() {
        if let range = new.main.inputRange ?? new.main.nameRange,
            !old.main.input.type.isAdmitted(by: new.main.input, isClosed: true)
        {
            report("", .inputNoLongerFits(old.main.input.type, new.main.input.type, at: range))
        }
        guard let range = new.main.nameRange else { return }
        for setting in new.config {
            let was = old.config.first { $0.name == setting.name }?.contract.type
            if let was, !was.isAdmitted(by: setting.contract, isClosed: true) {
                report("", .settingNoLongerFits(setting.name, was, setting.contract.type, at: range))
            } else if was == nil {
                report("", .settingNotRecorded(setting.name, at: range))
            }
        }
    }

    private mutating func compareFiles(_ oldFile: FileBody, _ newFile: FileBody, below caller: String) {
        let prefix = caller.isEmpty ? "" : caller + "/"
        let (oldRoot, newRoot) = (StepNodes(oldFile.root, in: old), StepNodes(newFile.root, in: new))
        compare(
            Lists(
                old: old.steps(inside: oldRoot.verb), new: new.steps(inside: newRoot.verb), file: newFile.name, prefix: prefix,
                verb: .sequence))
        compareHandlers(oldRoot, newRoot, file: newFile.name, outer: prefix)
    }

    private mutating func compareHandlers(_ oldStep: StepNodes, _ newStep: StepNodes, file: String, outer: String) {
        func steps(_ block: BlockIndex?, _ graph: StepGraph) -> [NodeIndex] { block.map { graph[$0].steps } ?? [] }
        for (number, clause) in oldStep.clauses.enumerated() {
            let other = newStep.clauses.indices.contains(number) ? newStep.clauses[number].steps : nil
            compare(
                Lists(
                    old: steps(clause.steps, old), new: steps(other, new), file: file, prefix: "\(outer).catch\(number)/",
                    verb: .sequence))
        }
        compare(
            Lists(
                old: steps(oldStep.finally, old), new: steps(newStep.finally, new), file: file, prefix: "\(outer).finally/",
                verb: .sequence))
    }

    // MARK: Lists of steps

    private mutating func compare(_ lists: Lists) {
        let oldIDs = Set(lists.old.map { old.id(of: $0) })
        var added = lists.new.filter { !oldIDs.contains(new.id(of: $0)) }
        var common: [(old: NodeIndex, new: NodeIndex)] = []
        for step in lists.old {
            if let same = lists.new.first(where: { new.id(of: $0) == old.id(of: step) }) {
                common.append((step, same))
            } else if old.leavesRecords(step) {
                reportMissing(step, lists, &added)
            }
        }
        for pair in common { compare(pair.old, pair.new, lists) }
        if lists.verb != .choice { reportAdded(added, common, lists) }
        if lists.verb == .sequence { reportOrder(common, lists) }
    }

    private mutating func reportMissing(_ step: NodeIndex, _ lists: Lists, _ added: inout [NodeIndex]) {
        let nodes = StepNodes(step, in: old)
        let id = old.id(of: step)
        let form = lists.prefix + id + nodes.loopMark
        if let moved = places[Place(file: lists.file, id: id)], let range = new.range(of: moved) {
            report(form, .stepMoved(id, from: form, to: moved.form, at: range))
            return
        }
        if let position = added.firstIndex(where: { isNewName($0, of: step, lists) }) {
            let renamed = added.remove(at: position)
            report(form, new.range(of: StepNodes(renamed, in: new)).map { .stepRenamed(id, new.id(of: renamed), at: $0) })
            return
        }
        let before = lists.old.prefix { $0 != step }.last { survives($0, lists) }
        let behind = lists.old.drop { $0 != step }.first { survives($0, lists) }
        let (neighbour, isBefore) = before.map { ($0, true) } ?? behind.map { ($0, false) } ?? (nil, true)
        let place = neighbour.flatMap { found in lists.new.first { new.id(of: $0) == old.id(of: found) } }
        let range =
            place.flatMap { new.range(of: StepNodes($0, in: new)) }
            ?? StepForms(new).nearest(to: form).flatMap { new.range(of: $0) } ?? new.main.nameRange
        let label = place == nil ? "it stood in here" : isBefore ? "it stood behind this step" : "it stood before this step"
        report(form, range.map { .stepGone(id, at: $0, label: label) })
    }

    private func survives(_ step: NodeIndex, _ lists: Lists) -> Bool {
        lists.new.contains { new.id(of: $0) == old.id(of: step) }
    }

    /// A new step in the place of one that is gone, with much the same name or doing the same.
    private func isNewName(_ added: NodeIndex, of step: NodeIndex, _ lists: Lists) -> Bool {
        let (oldNodes, newNodes) = (StepNodes(step, in: old), StepNodes(added, in: new))
        let (oldVerb, newVerb) = (RecordedVerb(oldNodes, in: old), RecordedVerb(newNodes, in: new))
        let isAlike = oldVerb.words(oldNodes, in: old) == newVerb.words(newNodes, in: new)
        if closestMatch(to: old.id(of: step), among: [new.id(of: added)]) != nil { return isAlike }
        func before(_ list: [NodeIndex], _ step: NodeIndex, _ graph: StepGraph) -> String? {
            list.prefix { $0 != step }.last.map { graph.id(of: $0) }
        }
        return isAlike && before(lists.old, step, old) == before(lists.new, added, new)
    }

    /// A new step before one that may be recorded: instances that are past it have no record of it.
    private mutating func reportAdded(
        _ added: [NodeIndex], _ common: [(old: NodeIndex, new: NodeIndex)], _ lists: Lists
    ) {
        for step in added where new.leavesRecords(step) {
            let position = lists.new.firstIndex(of: step) ?? 0
            let later = common.first { pair in
                old.leavesRecords(pair.old)
                    && (lists.verb == .parallel || (lists.new.firstIndex(of: pair.new) ?? 0) > position)
            }
            guard let later, let range = new.range(of: StepNodes(step, in: new)) else { continue }
            report(
                lists.prefix + old.id(of: later.old) + StepNodes(later.old, in: old).loopMark,
                .stepAdded(
                    new.id(of: step), before: new.range(of: StepNodes(later.new, in: new)), isBranch: lists.verb == .parallel,
                    at: range))
        }
    }

    private mutating func reportOrder(_ common: [(old: NodeIndex, new: NodeIndex)], _ lists: Lists) {
        let recorded = common.filter { old.leavesRecords($0.old) }
        let positions = recorded.map { lists.new.firstIndex(of: $0.new) ?? 0 }
        for (index, position) in positions.enumerated().dropFirst() where position < positions[index - 1] {
            let (step, earlier) = (recorded[index], recorded[index - 1])
            report(
                lists.prefix + old.id(of: step.old) + StepNodes(step.old, in: old).loopMark,
                new.range(of: StepNodes(step.new, in: new)).map {
                    .stepsReordered(new.id(of: step.new), before: old.id(of: earlier.old), at: $0)
                })
            return
        }
    }

    // MARK: A step in both

    private mutating func compare(_ oldStep: NodeIndex, _ newStep: NodeIndex, _ lists: Lists) {
        let (oldNodes, newNodes) = (StepNodes(oldStep, in: old), StepNodes(newStep, in: new))
        let id = old.id(of: oldStep)
        let outer = lists.prefix + id
        let form = outer + oldNodes.loopMark
        guard let range = new.range(of: newNodes) else { return }
        if oldNodes.loopMark != newNodes.loopMark, old.leavesRecords(oldStep) {
            report(form, .stepMoved(id, from: form, to: outer + newNodes.loopMark, at: range))
            return
        }
        compareVerbs(oldNodes, newNodes, form, range, lists)
        compareUndo(oldNodes, newNodes, form, range)
        compareHandlers(oldNodes, newNodes, file: lists.file, outer: outer)
    }

    private mutating func compareVerbs(
        _ oldNodes: StepNodes, _ newNodes: StepNodes, _ form: String, _ range: SourceRange, _ lists: Lists
    ) {
        let (oldVerb, newVerb) = (RecordedVerb(oldNodes, in: old), RecordedVerb(newNodes, in: new))
        switch (oldVerb, newVerb) {
        case (.leaf(let was), .leaf(let now)) where was == now:
            compareEvents(oldNodes, newNodes, form, range)
            compareResults(oldNodes, newNodes, form, range)
        case (.action(let was, let oldName), .action(let now, let newName)) where oldName == newName:
            compareResults(oldNodes, newNodes, form, range)
            compareReturns(old[was], new[now], of: old.id(of: oldNodes.outermost), form, range)
            compareFiles(old[was], new[now], below: form)
        case (.body, .body):
            let verb: Lists.Verb =
                switch new[newNodes.verb].kind {
                case .parallel: .parallel
                case .choice: .choice
                default: .sequence
                }
            compare(
                Lists(
                    old: old.steps(inside: oldNodes.verb), new: new.steps(inside: newNodes.verb), file: lists.file,
                    prefix: form + "/", verb: verb))
        case (.silent, _): break
        default:
            guard old.leavesRecords(oldNodes.outermost) else { return }
            report(
                form,
                .stepChanged(
                    old.id(of: oldNodes.outermost), was: oldVerb.words(oldNodes, in: old),
                    now: newVerb.words(newNodes, in: new), at: range))
        }
    }

    /// Of a wait: what it may have taken.
    private mutating func compareEvents(
        _ oldNodes: StepNodes, _ newNodes: StepNodes, _ form: String, _ range: SourceRange
    ) {
        guard case .wait(let step) = new[newNodes.verb].kind else { return }
        for name in step.events {
            guard let was = old.events[name]?.type, let now = new.events[name], !was.isAdmitted(by: now, isClosed: false)
            else { continue }
            report(form, .eventNoLongerFits(old.id(of: oldNodes.outermost), name, was, now.type, at: range))
        }
    }

    /// Nothing is known of results that are `any`.
    private mutating func compareResults(
        _ oldNodes: StepNodes, _ newNodes: StepNodes, _ form: String, _ range: SourceRange
    ) {
        guard let returns = newNodes.shaping?.returns else { return }
        let was = oldNodes.shaping?.returns?.type ?? old[oldNodes.verb].outputType
        guard !was.isAdmitted(by: returns, isClosed: false) else { return }
        report(form, .resultNoLongerFits(old.id(of: oldNodes.outermost), was, returns.type, at: range))
    }

    /// Of a called action: its output is made again of what is recorded inside of it.
    private mutating func compareReturns(
        _ oldFile: FileBody, _ newFile: FileBody, of id: String, _ form: String, _ range: SourceRange
    ) {
        guard let returns = StepNodes(newFile.root, in: new).shaping?.returns,
            let was = StepNodes(oldFile.root, in: old).shaping?.returns?.type, !was.isAdmitted(by: returns, isClosed: false)
        else { return }
        report(form, .resultNoLongerFits(id, was, returns.type, at: range))
    }

    private mutating func compareUndo(
        _ oldNodes: StepNodes, _ newNodes: StepNodes, _ form: String, _ range: SourceRange
    ) {
        let was = oldNodes.compensate.map { GraphText.text(of: $0, in: old) }
        let now = newNodes.compensate.map { GraphText.text(of: $0, in: new) }
        guard was != now, old.leavesRecords(oldNodes.outermost) else { return }
        let place = newNodes.compensate.flatMap { new[$0].steps.first }.flatMap { new.range(of: StepNodes($0, in: new)) }
        let id = old.id(of: oldNodes.outermost)
        report(form, .undoChanged(id, wasThere: was != nil, isThere: now != nil, step: range, at: place ?? range))
    }
}

extension StepGraph {
    fileprivate func id(of step: NodeIndex) -> String { self[StepNodes(step, in: self).verb].id }
}

extension StaticType {
    /// Whether every recorded value of this type is admitted under a contract, which fills defaults in and, unless it is closed,
    /// ignores fields that it does not know.
    fileprivate func isAdmitted(by contract: ValueContract, isClosed: Bool) -> Bool {
        isAssignable(to: contract.type.relaxed(contract.shape, isClosed: isClosed))
    }

    private func relaxed(_ shape: ValueShape, isClosed: Bool) -> StaticType {
        switch (self, shape) {
        case (.nullable(let type), .nullable(let shape)): return .nullable(type.relaxed(shape, isClosed: isClosed))
        case (.list(let type), .list(let shape)): return .list(type.relaxed(shape, isClosed: isClosed))
        case (.map(let key, let type), .map(let shape)): return .map(key: key, value: type.relaxed(shape, isClosed: isClosed))
        case (.record(let record), .record(let shapes)):
            let known = Dictionary(shapes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            let fields = record.fields.map { field in
                RecordType.Field(
                    name: field.name, type: field.type.relaxed(known[field.name]?.shape ?? .any, isClosed: isClosed),
                    isOptional: field.isOptional || known[field.name]?.defaultValue != nil)
            }
            return .record(RecordType(name: record.name, fields: fields, isOpen: record.isOpen || !isClosed))
        default: return self
        }
    }
}
