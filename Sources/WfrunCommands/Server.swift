import Diagnostics
import Glibc
import Hummingbird
import JournalSQLite
import Logging
import ServiceLifecycle
import Values
import WorkflowEngine
import WorkflowJournal
import WorkflowServer

extension TimeSpan {
    static let standardDrain = TimeSpan(microseconds: 30_000_000)
}

/// `wfrun serve` from its first check to its last line.
struct Server: Sendable {
    let settings: Settings
    let folder: String
    let database: String
    let address: ListenAddress
    let durability: SQLiteJournal.Durability
    let watches: Bool
    let drain: TimeSpan

    /// What open connections are given once nothing is answered any more.
    private static let patience = Duration.seconds(2)

    /// Why the server ends.
    private enum End: Sendable {
        case signal(Int32)
        /// The store must not be used any more, or the listener broke.
        case failure(String)
    }

    func run() async throws(CommandFailure) {
        let signals = Signals()
        if let obstacle = await address.obstacle() { throw CommandFailure(.failed, obstacle) }
        let fingerprint = ProjectFiles.fingerprint(folder)
        let files = try ProjectFiles.below(folder)
        let analysis = ProjectAnalysis.of(files, policy: settings.file.diagnostics)
        let logger = serverLogger(Surroundings.current.console)
        let composition = try Composition.open(
            database: database, durability: durability, settings: settings, configuration: try engineConfiguration()
        ) { line in
            logger.warning("\(line)")
        }
        let (tokens, newToken) = try LocalTokens.open(database: database)
        let epoch = try composition.begin()
        do throws(CommandFailure) {
            try await publishFirst(analysis, refusals: files.refusals, composition)
        } catch {
            await composition.shutdown(drain: .zero)
            throw error
        }
        composition.engine.takeUp(epoch)
        composition.engine.followSchedules()
        let api = API(service: composition.service(), tokens: tokens, configuration: .init(hosts: settings.list("hosts")))
        let end = await serve(api, composition, fingerprint, signals, newToken: newToken)
        if case .failure(let reason) = end { throw CommandFailure(.failed, reason) }
    }

    /// What the engine does of its own accord: only a server does it, a single run leaves the database as it is.
    private func engineConfiguration() throws(CommandFailure) -> Engine.Configuration {
        var configuration = Engine.Configuration()
        let month = TimeSpan(microseconds: 30 * 86_400_000_000)
        var order = RemovalOrder(events: try settings.age("events.retention", default: month))
        if let age = try settings.age("instances.retention", default: nil) {
            for status in InstanceStatus.allCases where status.isTerminal { order.instances[status] = age }
        }
        configuration.retention = order
        configuration.catchUpWindow = try settings.duration(
            nil, "schedules.catchupWindow", default: configuration.catchUpWindow)
        return configuration
    }

    // MARK: Definitions at the start

    private func publishFirst(
        _ analysis: ProjectAnalysis, refusals: [String], _ composition: Composition
    ) async throws(CommandFailure) {
        let console = Surroundings.current.console
        for refusal in refusals { console.talk("wfrun: \(refusal)") }
        let errors = analysis.diagnostics.filter { $0.severity == .error }
        if !errors.isEmpty {
            console.talk(TextRenderer(isColored: console.colorsErrors).render(errors))
            console.talk("wfrun: definitions with mistakes are not offered.")
        }
        let change: ProjectDefinitions.Change
        do throws(EngineError) {
            change = try await composition.definitions.publish(analysis, through: composition.engine)
        } catch {
            throw CommandFailure(.failed, "The definitions could not be stored: \(error.message).")
        }
        // Nothing to offer, only because of settings: that is a server nobody meant to start.
        if !change.unresolved.isEmpty, change.unresolved.count == analysis.workflows.count {
            throw CommandFailure(.failed, change.unresolved.joined(separator: "\nwfrun: "))
        }
        for sentence in change.unresolved { console.talk("wfrun: \(sentence) Until then it cannot be started.") }
    }

    // MARK: Serving

    private func serve(
        _ api: API, _ composition: Composition, _ fingerprint: [String: Files.Status], _ signals: Signals, newToken: String?
    ) async -> End {
        let console = Surroundings.current.console
        let logger = serverLogger(console)
        let application = HTTPServer.application(api, host: address.host, port: address.port, logger: quiet(logger)) { port in
            announce(port: port, count: composition.definitions.offered.count, newToken: newToken, console)
        }
        let group = ServiceGroup(configuration: .init(services: [application], logger: quiet(logger)))
        let (ends, report) = AsyncStream.makeStream(of: End.self)
        let listener = Task {
            do {
                try await group.run()
            } catch {
                report.yield(.failure("The server on \(address) ended: \(error)."))
            }
        }
        let watcher = Task {
            guard watches else { return }
            await DefinitionWatcher(
                folder: folder, policy: settings.file.diagnostics, definitions: composition.definitions,
                engine: composition.engine, logger: logger
            ).run(since: fingerprint)
        }
        let failure = Task { report.yield(.failure(await composition.engine.waitForFailure())) }
        let signalled = Task {
            var count = 0
            for await signal in signals.received {
                count += 1
                // The second one means now: what is stored is as after kill -9, which is safe.
                if count > 1 { _exit(ExitStatus.interrupted.rawValue) }
                report.yield(.signal(signal))
            }
        }
        var end = End.signal(SIGTERM)
        for await reason in ends {
            end = reason
            break
        }
        watcher.cancel()
        if case .signal = end {
            console.talk("wfrun: ending; running actions get \(Wording.duration(drain)), Ctrl-C again ends at once.")
        }
        await group.triggerGracefulShutdown()
        await composition.shutdown(drain: drain)
        // It closes what is open by itself; a client that holds on to its connection is not waited for.
        let patience = Task {
            try? await Task.sleep(for: Self.patience)
            listener.cancel()
        }
        await listener.value
        patience.cancel()
        failure.cancel()
        signalled.cancel()
        return end
    }

    private func announce(port: Int, count: Int, newToken: String?, _ console: Console) {
        let place = ListenAddress("\(address.host.contains(":") ? "[\(address.host)]" : address.host):\(port)") ?? address
        if let newToken { console.talk("wfrun: the admin token, shown only now: \(newToken)") }
        console.answer(
            "wfrun serves \(count) workflow\(count == 1 ? "" : "s") at http://\(place); the token is in \(LocalTokens.path(forDatabase: database))"
        )
    }

    /// The web framework's own talk is kept out of the operator's log unless something is wrong.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = .error
        return logger
    }
}
