import Diagnostics
import Values
import WorkflowGraph

/// A workflow with everything it calls: what is stored, digested and run as one.
struct DefinitionClosure {
    let main: Project.File
    /// Composite actions in order of first use.
    let actions: [Project.File]
    /// Signatures of the built-in actions it uses, by name.
    let builtins: [Project.SignatureFile]
    /// Of the other workflows it invokes, by name.
    let interfaces: [WorkflowInterface]
    /// Mail templates it names, by name.
    let templates: [MailTemplate]
    /// An interface has a mistake in its types.
    let hasFaultyInterface: Bool
    private let sharedTypes: [Entry]
    private let sharedEvents: [Entry]

    var files: [Project.File] { [main] + actions }
    var usesSharedTypes: Bool { !sharedTypes.isEmpty || !sharedEvents.isEmpty }

    init(of file: Project.File, project: Project, lowering: ProjectLowering) {
        main = file
        var actions: [Project.File] = []
        var builtins: Set<String> = []
        var seen: Set<String> = []
        let lowered = lowering.files[file.relativePath]
        builtins.formUnion(lowered?.builtins ?? [])
        var waiting = (lowered?.callees ?? [])[...]
        while let name = waiting.popFirst() {
            guard seen.insert(name).inserted, let position = project.actionPositions[name] else { continue }
            actions.append(project.files[position])
            builtins.formUnion(lowering.actions[name]?.builtins ?? [])
            waiting.append(contentsOf: lowering.actions[name]?.callees ?? [])
        }
        self.actions = actions
        self.builtins = builtins.sorted { $0.precedesByCodePoint($1) }.compactMap { project.builtins[$0] }
        let parts = [lowered] + actions.map { lowering.actions[$0.definition.name.value] }
        let invoked = Set(parts.flatMap { $0?.invoked ?? [] }).subtracting([file.definition.name.value])
        let names = invoked.sorted { $0.precedesByCodePoint($1) }
        templates = Set(parts.flatMap { $0?.templates ?? [] }).sorted { $0.precedesByCodePoint($1) }
            .compactMap { project.names.templates[$0] }
        interfaces = names.compactMap { project.interface(of: $0) }
        hasFaultyInterface = names.contains { project.names.interfaces[$0]?.isSound == false }
        (sharedTypes, sharedEvents) = Self.shared(by: [file] + actions, project)
    }

    /// What the files may use of the project's `types.yaml`: all types their text could name, and the events they name.
    private static func shared(by files: [Project.File], _ project: Project) -> ([Entry], [Entry]) {
        guard let shared = project.shared else { return ([], []) }
        var words: Set<String> = []
        for file in files where !file.isLibrary { file.definition.root.collectWords(into: &words) }
        var types: [Entry] = []
        var events: [Entry] = []
        // What is used may use further types, so this goes round until nothing is added.
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for (list, isType) in [(shared.types, true), (shared.events, false)] {
                for entry in list where words.contains(entry.name) {
                    let known = isType ? types : events
                    if known.contains(where: { $0.keyRange == entry.keyRange }) { continue }
                    if isType { types.append(entry) } else { events.append(entry) }
                    entry.node.collectWords(into: &words)
                    isGrowing = true
                }
            }
        }
        return (types, events)
    }

    // MARK: Digest

    var digest: ContentDigest {
        func canonical(_ entries: [Entry]) -> Value {
            .map(ValueMap(entries.map { ($0.name, $0.node.canonicalValue) }))
        }
        let called =
            actions.map { ($0.definition.name.value, $0.definition.root.canonicalValue) }
            + builtins.map { ($0.signature.name, $0.root.canonicalValue) }
        var digested: ValueMap = [
            "definition": main.definition.root.canonicalValue, "actions": .map(ValueMap(called)),
            "types": canonical(sharedTypes), "events": canonical(sharedEvents),
            "semantics": .int(Int64(DefinitionAnalyzer.semantics)),
        ]
        if !interfaces.isEmpty { digested["interfaces"] = .map(ValueMap(interfaces.map { ($0.name, $0.document) })) }
        if !templates.isEmpty {
            let texts = templates.flatMap(\.files).map { ($0.path, Value.string($0.file.text)) }
            digested["templates"] = .map(ValueMap(texts))
        }
        return ContentDigest(of: .map(digested))
    }

    func sources(_ project: Project) -> [DefinitionSource] {
        var sources = files.map { DefinitionSource(path: $0.relativePath, text: $0.definition.file.text) }
        sources += builtins.map { DefinitionSource(path: $0.relativePath, text: $0.file.text) }
        if usesSharedTypes, let shared = project.shared {
            sources.append(DefinitionSource(path: project.sharedPath, text: shared.file.text))
        }
        sources += interfaces.map(\.source)
        sources += templates.flatMap(\.files).map { DefinitionSource(path: $0.path, text: $0.file.text) }
        return sources
    }

    // MARK: Graph

    /// Nil when some part of it could not be lowered.
    func graph(_ project: Project, _ lowering: ProjectLowering) -> StepGraph? {
        guard let lowered = lowering.files[main.relativePath], lowered.isComplete,
            let linked = GraphLinking.link(lowered, actions: lowering.actions)
        else { return nil }
        let parts = [lowered] + actions.compactMap { lowering.actions[$0.definition.name.value] }
        let matchSets = Set(parts.flatMap(\.matchSets)).sorted { lhs, rhs in
            lhs.event == rhs.event
                ? lhs.paths.lexicographicallyPrecedes(rhs.paths) { $0.precedesByCodePoint($1) }
                : lhs.event.precedesByCodePoint(rhs.event)
        }
        guard let config = config(), let events = events(parts) else { return nil }
        return StepGraph(
            workflow: main.definition.name.value, description: main.definition.description?.value, digest: digest,
            semantics: DefinitionAnalyzer.semantics, nodes: linked.nodes, blocks: linked.blocks, files: linked.files,
            events: events,
            config: config, labels: lowered.labels, timeout: main.definition.timeout?.value, matchSets: matchSets,
            triggers: lowered.triggers, concurrency: lowered.concurrency, retention: main.definition.retention?.spans ?? [:])
    }

    private func config() -> [StepGraph.ConfigSetting]? {
        var settings: [String: StepGraph.ConfigSetting] = [:]
        for file in files {
            for setting in file.types.config where settings[setting.name] == nil {
                guard let contract = ContractMaking.contract(setting.type, isClosed: true).contract else { return nil }
                settings[setting.name] = .init(name: setting.name, contract: contract, defaultValue: setting.defaultValue)
            }
        }
        return settings.values.sorted { $0.name.precedesByCodePoint($1.name) }
    }

    private func events(_ parts: [LoweredFile]) -> [String: ValueContract]? {
        var contracts: [String: ValueContract] = [:]
        for (file, part) in zip(files, parts) {
            for name in part.events where contracts[name] == nil {
                guard let event = file.types.event(name),
                    let contract = ContractMaking.contract(event.payload, isClosed: false).contract
                else { return nil }
                contracts[name] = contract
            }
        }
        return contracts
    }
}
