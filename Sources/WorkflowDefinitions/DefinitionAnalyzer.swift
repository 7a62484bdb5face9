// WorkflowDefinitions: from the text of definitions to step graphs, with every mistake on the way.
//
// Invariant: knows no engine, no store and no clock, reads no file but the time zone database; the same texts at the same
// instant (`SourceSet.asOf`) give the same diagnostics, and at any instant the same graphs and digests.
//
// Start at `DefinitionAnalyzer.analyze`: `Parse` reads keys into `Definition`s, `Types` types their declarations, `Lower`
// types and lowers their steps file by file, `Check/Rules` has the checks that need no more than the parsed file, `Wording`
// what authors are told.

package import Diagnostics
import Values
package import WorkflowGraph
import YAMLSyntax

package enum DefinitionAnalyzer {
    /// Version of the meaning of the language and the built-in actions: part of every digest.
    package static let semantics = 1

    /// Parses, checks and lowers everything together.
    /// - Parameter includesActions: whether composite actions get graphs of their own, for tests of them; those of the library too.
    package static func analyze(
        _ sources: SourceSet, policy: DiagnosticPolicy = .standard, includesActions: Bool = false
    ) -> Analysis {
        let project = Project(sources)
        let lowering = ProjectLowering(project, includesLibrary: includesActions)
        let diagnostics = settled(checked(project, lowering), in: project, policy)
        let faulty = files(of: diagnostics) { $0.severity == .error }
        func all(_ kind: Definition.Kind) -> [AnalysedWorkflow] {
            project.files.filter { $0.definition.kind == kind }
                .map { analysed($0, project: project, lowering: lowering, faulty: faulty) }
                .sorted { $0.name.precedesByCodePoint($1.name) }
        }
        return Analysis(
            diagnostics: diagnostics, workflows: all(.workflow), actions: includesActions ? all(.action) : [],
            errors: project.knownErrors)
    }

    /// What `analyze` says of some files, without the cost of checking the others.
    /// - Parameter paths: as the files of the definitions folder have them.
    package static func diagnostics(
        of paths: Set<String>, in sources: SourceSet, policy: DiagnosticPolicy = .standard
    ) -> [Diagnostic] {
        let project = Project(sources)
        let isMeant = { (file: SourceFile) in paths.contains(file.path) }
        // What is said of shared types and mail templates depends on every file that may use them.
        let shared = sources.definitions.contains { file in
            let path = sources.relativePath(file)
            return isMeant(file) && (path == project.sharedPath || MailTemplate.name(ofPath: path) != nil)
        }
        if !shared {
            let meant = project.files.indices.filter { isMeant(project.files[$0].definition.file) }
            let lowering = ProjectLowering(project, only: Set(meant))
            let found = checked(project, lowering, only: Set(meant)).sorted.filter { isMeant($0.range.file) }
            let waivers = applied(project.waivers.filter { isMeant($0.range.file) }, to: found, in: project)
            // That a waiver is useless is said only in a project without mistakes: all of it has to be checked.
            let isDecided = waivers.useless.isEmpty || !found.allSatisfy(DiagnosticCatalogue.canBeSettled)
            if isDecided { return applied(policy, to: waivers.remaining) }
        }
        return settled(checked(project, ProjectLowering(project)), in: project, policy).filter { isMeant($0.range.file) }
    }

    /// Everything that is wrong, whatever anybody has said about it.
    /// - Parameter wanted: positions of the files that are checked by themselves; nil: all of the project's own.
    private static func checked(
        _ project: Project, _ lowering: ProjectLowering, only wanted: Set<Int>? = nil
    ) -> DiagnosticCollector {
        var diagnostics = lowering.diagnostics
        let subjects = project.files.indices.filter { !project.files[$0].isLibrary && wanted?.contains($0) ?? true }.map {
            let file = project.files[$0]
            return RuleSubject(file: file, project: project, lowered: lowering.files[file.relativePath])
        }
        for subject in subjects { RuleBook.check(subject) { diagnostics.report($0) } }
        ProjectRules.check(project) { diagnostics.report($0) }
        let faulty = files(of: diagnostics.sorted) { !DiagnosticCatalogue.canBeSettled($0) }
        for subject in subjects where !faulty.contains(ObjectIdentifier(subject.definition.file)) {
            RuleBook.checkFaultless(subject) { diagnostics.report($0) }
        }
        if faulty.isEmpty, wanted == nil { ProjectRules.checkFaultless(project) { diagnostics.report($0) } }
        return diagnostics
    }

    /// After waivers and policy; an error that is left keeps its file from being run.
    private static func settled(
        _ found: DiagnosticCollector, in project: Project, _ policy: DiagnosticPolicy
    ) -> [Diagnostic] {
        let all = found.sorted
        let waivers = applied(project.waivers, to: all, in: project)
        let isWithoutMistakes = all.allSatisfy(DiagnosticCatalogue.canBeSettled)
        return applied(policy, to: waivers.remaining + (isWithoutMistakes ? waivers.useless : []))
    }

    private static func applied(
        _ waivers: [Waiver], to diagnostics: [Diagnostic], in project: Project
    ) -> (remaining: [Diagnostic], useless: [Diagnostic]) {
        var application = WaiverApplication(waivers, roots: project.files.map(\.definition.root))
        application.apply(to: diagnostics)
        let undecided = project.asOf == nil ? DiagnosticCatalogue.countingFromNow : []
        return (application.remaining, application.useless(except: undecided))
    }

    private static func applied(_ policy: DiagnosticPolicy, to diagnostics: [Diagnostic]) -> [Diagnostic] {
        var applied = DiagnosticCollector()
        for diagnostic in diagnostics { policy.applied(to: diagnostic).map { applied.report($0) } }
        return applied.sorted
    }

    private static func files(of diagnostics: [Diagnostic], where isMeant: (Diagnostic) -> Bool) -> Set<ObjectIdentifier> {
        Set(diagnostics.filter(isMeant).map { ObjectIdentifier($0.range.file) })
    }

    private static func analysed(
        _ file: Project.File, project: Project, lowering: ProjectLowering, faulty: Set<ObjectIdentifier>
    ) -> AnalysedWorkflow {
        let closure = DefinitionClosure(of: file, project: project, lowering: lowering)
        let isFaulty =
            closure.hasFaultyInterface || closure.templates.contains { !$0.isSound }
            || closure.files.contains { faulty.contains(ObjectIdentifier($0.definition.file)) }
            || project.shared.map { closure.usesSharedTypes && faulty.contains(ObjectIdentifier($0.file)) } ?? false
        return AnalysedWorkflow(
            name: file.definition.name.value, description: file.definition.description?.value, file: file.definition.file,
            range: file.definition.name.range, graph: isFaulty ? nil : closure.graph(project, lowering),
            sources: closure.sources(project))
    }
}

/// Loads definitions as they were stored.
package enum DefinitionLoader {
    package struct Unloadable: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Parses, types and lowers the files of a stored definition; runs no rule and reports nothing new.
    /// - Parameter sources: as `AnalysedWorkflow.sources` has them.
    package static func load(workflow: String, sources: [DefinitionSource]) throws(Unloadable) -> StepGraph {
        let project = Project(SourceSet(stored: sources))
        let lowering = ProjectLowering(project)
        guard let file = project.files.first(where: { $0.definition.kind == .workflow && $0.definition.name.value == workflow })
        else {
            throw Unloadable(description: "the stored files have no workflow '\(workflow)'")
        }
        let closure = DefinitionClosure(of: file, project: project, lowering: lowering)
        guard let graph = closure.graph(project, lowering) else {
            let reason = lowering.diagnostics.sorted.first { $0.severity == .error }.map { ": \($0.message)" } ?? ""
            throw Unloadable(description: "this version of wfrun cannot run the stored text of '\(workflow)'\(reason)")
        }
        return graph
    }
}
