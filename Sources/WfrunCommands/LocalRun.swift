import Diagnostics
import Glibc
import JournalSQLite
import Values
import WorkflowEngine
import WorkflowGraph
import WorkflowJournal

/// One instance in this process, to its end: `wfrun run`.
struct LocalRun: Sendable {
    let settings: Settings
    let showsProgress: Bool

    private static let folder = ".wfrun/runs"
    private static let lookInterval = Duration.milliseconds(50)
    private var console: Console { Surroundings.current.console }

    // MARK: Start and resume

    func start(_ file: String, definitions: String?, input: InputOptions, database: String?) async throws(CommandFailure) {
        let files = try ProjectFiles.around(file, definitions: definitions)
        for refusal in files.refusals { console.talk("wfrun: \(refusal)") }
        let analysis = ProjectAnalysis.of(files, policy: settings.file.diagnostics)
        let workflow = try analysis.workflow(in: file, of: files, console)
        if case .failure(let unresolved) = ConfigValues(settings).snapshot(for: workflow.graph) {
            throw CommandFailure(.failed, unresolved.description)
        }
        let value = try input.value { fieldTypeName(workflow.graph.main.input.type, $0) }
        let path = database ?? Self.newDatabase()
        let composition = try Composition.open(database: path, durability: .full, settings: settings)
        let epoch = try composition.begin()
        let id: InstanceID
        do throws(EngineError) {
            let needed = analysis.needed(by: workflow.name)
            let change = try await composition.definitions.publish(needed, through: composition.engine)
            for sentence in change.unresolved { console.talk("wfrun: \(sentence) Until then it cannot be started.") }
            composition.engine.takeUp(epoch)
            let request = StartRequest(workflow: workflow.name, input: value, trigger: ["type": "cli"])
            id = try await composition.engine.start(request).id
        } catch {
            await composition.shutdown(drain: .zero)
            if database == nil { Self.removeDatabase(path) }
            throw CommandFailure(error)
        }
        try await finish(id, composition, database: path, isTemporary: database == nil)
    }

    /// - Parameter definitions: the folder in which child workflows are that it has still to start.
    func resume(_ reference: String, definitions: String?, database: String?) async throws(CommandFailure) {
        let path = if let database { database } else { try Self.database(holding: reference) }
        let composition = try Composition.open(database: path, durability: .full, settings: settings)
        let epoch = try composition.begin()
        let found: InstanceReference
        do throws(JournalError) {
            found = try composition.engine.queries.resolve(reference)
        } catch {
            await composition.shutdown(drain: .zero)
            throw CommandFailure(.failed, error.message)
        }
        guard case .found(let id) = found else {
            await composition.shutdown(drain: .zero)
            throw CommandFailure(.notFound, "There is no instance '\(reference)' in \(path).")
        }
        do throws(EngineError) {
            try await offerChildren(of: id, in: settings.definitions(definitions), composition)
        } catch {
            await composition.shutdown(drain: .zero)
            throw CommandFailure(error)
        }
        composition.engine.takeUp(epoch)
        try await finish(id, composition, database: path, isTemporary: database == nil)
    }

    /// An instance is pinned to its definition, and a child to the one that is there when it starts.
    private func offerChildren(of id: InstanceID, in folder: String, _ composition: Composition) async throws(EngineError) {
        guard let instance = (try? composition.engine.queries.instance(id)) ?? nil,
            let files = try? ProjectFiles.below(folder)
        else { return }
        let analysis = ProjectAnalysis.of(files, policy: settings.file.diagnostics)
        let needed = analysis.needed(by: instance.summary.workflow)
        _ = try await composition.definitions.publish(needed, through: composition.engine)
    }

    // MARK: To the end

    private enum Turn: Sendable {
        case ended(InstanceDetail)
        case interrupted
        case failed(String)
    }

    private func finish(
        _ id: InstanceID, _ composition: Composition, database: String, isTemporary: Bool
    ) async throws(CommandFailure) {
        let turn = await follow(id, composition.engine)
        await composition.shutdown(drain: .zero)
        switch turn {
        case .ended(let detail):
            if isTemporary, detail.summary.status == .completed { Self.removeDatabase(database) }
            try conclude(detail, database: database)
        case .interrupted:
            console.talk("wfrun: interrupted; nothing is lost. Go on with: wfrun run --resume \(id) --db \(database)")
            throw CommandFailure(.interrupted)
        case .failed(let reason):
            throw CommandFailure(.failed, reason, hint: "Go on with: wfrun run --resume \(id) --db \(database)")
        }
    }

    private func follow(_ id: InstanceID, _ engine: Engine) async -> Turn {
        let signals = Signals()
        return await withTaskGroup(of: Turn?.self) { group in
            group.addTask {
                for await _ in signals.received { return .interrupted }
                return nil
            }
            group.addTask { await ended(id, engine) }
            if showsProgress {
                group.addTask {
                    await showProgress(of: id, engine)
                    return nil
                }
            }
            while let turn = await group.next() {
                guard let turn else { continue }
                group.cancelAll()
                return turn
            }
            return .interrupted
        }
    }

    private func ended(_ id: InstanceID, _ engine: Engine) async -> Turn {
        do throws(EngineError) {
            while !Task.isCancelled {
                if let failure = engine.failure { return .failed(failure) }
                if let detail = try await engine.ended(id, within: TimeSpan(microseconds: 1_000_000)) { return .ended(detail) }
                if let held = try? engine.queries.instance(id)?.summary, let hold = held.hold {
                    return .failed("The instance is held (\(hold.rawValue)): \(held.holdReason ?? "no reason is recorded").")
                }
            }
            return .interrupted
        } catch {
            return .failed(error.message)
        }
    }

    private func conclude(_ detail: InstanceDetail, database: String) throws(CommandFailure) {
        let failure = detail.failure.map { "\($0.code): \(printable($0.message))" } ?? ""
        let hint = "What happened: wfrun show \(detail.summary.id) --db \(database)"
        switch detail.summary.status {
        case .completed: console.answer(JSON.prettyText(detail.output ?? .null))
        case .cancelled: throw CommandFailure(.cancelled, "The instance was cancelled.", hint: hint)
        case .timedOut: throw CommandFailure(.bad, "The instance timed out.", hint: hint)
        case .failed, .pending, .running, .suspended:
            throw CommandFailure(.bad, "The instance failed: \(failure)", hint: hint)
        }
    }

    // MARK: Progress

    /// A line per step that begins or ends, read from the journal like everything else that is shown.
    private func showProgress(of id: InstanceID, _ engine: Engine) async {
        let style = Style(isColored: console.colorsErrors)
        var shown: [MemoKey: String] = [:]
        while true {
            let isLast = Task.isCancelled
            for row in (try? engine.queries.steps(of: id, run: nil)) ?? [] where !row.key.isReserved {
                let line = Self.progressLine(row, style)
                if shown[row.key] == line { continue }
                shown[row.key] = line
                console.talk(line)
            }
            if isLast { return }
            try? await Task.sleep(for: Self.lookInterval)
        }
    }

    private static func progressLine(_ row: StepRow, _ style: Style) -> String {
        let status = row.status.rawValue
        var text = style(Wording.glyph(status), Wording.ink(status)) + " \(printable(row.key.text))"
        if let action = row.action { text += "  " + style(action, .faint) }
        if row.attempt > 1 { text += "  attempt \(row.attempt)" }
        if let end = row.completedAt { text += "  " + Wording.duration(end.since(row.startedAt ?? row.scheduledAt)) }
        if let due = row.dueAt, !row.status.isFinal { text += "  until \(Wording.time(.string(due.description)))" }
        if let failure = row.failure ?? row.lastFailure {
            text += "  " + style(printable("\(failure.code): \(failure.message)"), .red)
        }
        return text
    }

    // MARK: Databases of runs

    /// One per run: another run in the same folder neither waits for it nor goes on with what it left.
    private static func newDatabase() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: random.next() >> UInt64($0)) }
        return "\(folder)/\(Hex.encode(bytes)).db"
    }

    private static func database(holding reference: String) throws(CommandFailure) -> String {
        let names = ((try? Files.entries(of: folder)) ?? []).filter { $0.hasSuffix(".db") }
        for name in names {
            let path = Files.join(folder, name)
            guard let journal = try? SQLiteJournal.openReadOnly(path: path) else { continue }
            if case .found = try? journal.resolve(reference) { return path }
        }
        throw CommandFailure(
            .notFound, "No interrupted run in \(folder) has an instance '\(reference)'.",
            hint: "If it was kept elsewhere, name the database with '--db FILE'.")
    }

    private static func removeDatabase(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock", ".working"] { Files.remove(path + suffix) }
    }
}

extension CommandFailure {
    /// What the engine refused, in process.
    init(_ error: EngineError) {
        let status: ExitStatus =
            switch error.code {
            case .workflowNotFound, .instanceNotFound: .notFound
            case .invalidInput, .invalidStart, .idempotencyKeyReused: .bad
            case .alreadyEnded, .callerKeyTaken, .gateFull, .held, .notHeld, .notEnded, .notRetryable, .mismatch: .wrongState
            case .full, .unavailable, .unknown: .failed
            }
        let places = (error.violations.listValue ?? []).compactMap { place -> String? in
            let text = place["detail"]?.stringValue ?? ""
            if error.message.contains(text) { return nil }
            return "\n  \(printable(place["pointer"]?.stringValue ?? "")): \(printable(text))"
        }
        self.init(status, printable(error.message) + places.joined(), hint: error.hint)
    }
}
