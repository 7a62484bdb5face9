import ArgumentParser

/// How a client command finds the server.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Address of the server (default: WFRUN_SERVER, else \(Settings.defaultServer)).", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "Configuration file (default: WFRUN_CONFIG_FILE, else ./wfrun.yaml if there is one).", valueName: "file"))
    var config: String?

    /// The token comes from `WFRUN_TOKEN`, else from the file beside the default database of this folder.
    func connect() throws(CommandFailure) -> any APISource { try Self.connect(server: server, config: config) }

    static func connect(server: String?, config: String?) throws(CommandFailure) -> any APISource {
        let settings = try Settings.load(config: config)
        var base = settings.server(server)
        while base.hasSuffix("/") { base.removeLast() }
        if !base.contains("://") { base = "http://" + base }
        if let token = settings.environment["WFRUN_TOKEN"], !token.isEmpty { return ServerClient(base: base, token: token) }
        let token = try LocalTokens.read(LocalTokens.path(forDatabase: settings.database(nil)))
        return ServerClient(base: base, token: token)
    }
}

/// For commands that only read: they also take the database of a server that is not running.
struct ReadOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("Read this database instead of asking a server; for when none is running.", valueName: "file"))
    var db: String?

    func source() throws(CommandFailure) -> any APISource {
        if let db { return try StoredReader(database: db) }
        return try connection.connect()
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, jsonl
}

struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .long], help: "How to print the answer: text, json or jsonl (one JSON value per line).")
    var output: OutputFormat = .text
}
