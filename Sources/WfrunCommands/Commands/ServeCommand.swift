import ArgumentParser
import JournalSQLite

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run workflows durably, with an HTTP API.",
        discussion: """
            Resumes everything that was unfinished, also after a crash, and reloads edited \
            definitions. The first start makes an admin token, prints it once and keeps it \
            beside the database, where the other commands find it.

            A workflow whose settings are missing cannot be started; the log says which \
            setting and how to give it. When that is so for all of them, the server ends.

            Cron triggers fire while a server runs, and what was missed is made up for as the \
            trigger's 'catchup' says ('wfrun schedules' shows both). Of wfrun.yaml, \
            'schedules.catchupWindow' (7d) limits that, 'instances.retention' (forever) says how \
            long ended instances are kept whose definition has no 'retention', and \
            'events.retention' (30d) how long events are.

            Examples:
              wfrun serve
              wfrun serve --definitions workflows --db /var/lib/wfrun/wfrun.db
              WFRUN_CONFIG_ORDERS_URL=http://shop.example wfrun serve

            SIGTERM and Ctrl-C end it gently: running actions get the drain time. A second \
            one ends it at once.
            """)

    @Option(help: ArgumentHelp("Folder of the definitions (default: definitions).", valueName: "dir"))
    var definitions: String?

    @Option(help: ArgumentHelp("The database (default: \(Settings.defaultDatabase)).", valueName: "file"))
    var db: String?

    @Option(help: ArgumentHelp("Address and port (default: \(ListenAddress.standard)).", valueName: "host:port"))
    var listen: String?

    @Flag(help: "Do not reload edited definitions.")
    var noWatch = false

    @Option(help: ArgumentHelp("What running actions are given at the end (default: 30s).", valueName: "duration"))
    var drain: String?

    @Option(
        help: ArgumentHelp(
            "full: every answer survives a power loss; normal: the last moments may not (default: full).",
            valueName: "full|normal"))
    var durability: String?

    @Flag(help: "TLS ends in front of this server: allows addresses other than loopback.")
    var behindProxy = false

    @Option(
        help: ArgumentHelp(
            "Configuration file (default: WFRUN_CONFIG_FILE, else ./wfrun.yaml if there is one).", valueName: "file"))
    var config: String?

    func run() async throws {
        let settings = try Settings.load(config: config)
        let isBehindProxy = try settings.flag(behindProxy ? true : nil, "behindProxy", default: false)
        let text = settings.text(listen, "listen") ?? ListenAddress.standard
        guard let address = ListenAddress(text) else {
            throw CommandFailure(.usage, "'\(text)' is no address to listen on; one looks like \(ListenAddress.standard).")
        }
        guard address.isLoopback || isBehindProxy else {
            throw CommandFailure(
                .failed, "The server speaks plain HTTP and listens on loopback addresses only, not on \(address.host).",
                hint: "Put a proxy with TLS in front of it and say '--behind-proxy'.")
        }
        let word = settings.text(durability, "durability") ?? "full"
        guard let durability = SQLiteJournal.Durability(rawValue: word) else {
            throw CommandFailure(.usage, "'--durability \(word)' must be full or normal.")
        }
        try await Server(
            settings: settings, folder: settings.definitions(definitions), database: settings.database(db), address: address,
            durability: durability, watches: try settings.flag(noWatch ? false : nil, "watch", default: true),
            drain: try settings.duration(drain, "drain", default: .standardDrain)
        ).run()
    }
}
