import Values

/// Where each setting comes from: flag → `WFRUN_*` environment → file → default.
struct Settings: Sendable {
    let environment: [String: String]
    let file: SettingsFile

    static let defaultServer = "http://127.0.0.1:7170"
    static let defaultDatabase = ".wfrun/wfrun.db"

    /// - Parameter path: Of the `--config` flag. Without it `WFRUN_CONFIG_FILE`, then `./wfrun.yaml` where there is one.
    static func load(config path: String?) throws(CommandFailure) -> Settings {
        let environment = Surroundings.current.environment
        if let path = path ?? environment["WFRUN_CONFIG_FILE"] {
            return Settings(environment: environment, file: try SettingsFile.read(path))
        }
        let standard = "wfrun.yaml"
        let file = Files.exists(standard) ? try SettingsFile.read(standard) : SettingsFile(path: standard)
        return Settings(environment: environment, file: file)
    }

    /// `behindProxy` → `WFRUN_BEHIND_PROXY`, `secrets.dir` → `WFRUN_SECRETS_DIR`.
    static func variable(_ key: String) -> String { "WFRUN_" + screamingSnakeCase(key) }

    func text(_ flag: String?, _ key: String) -> String? {
        flag ?? environment[Self.variable(key)].flatMap { $0.isEmpty ? nil : $0 } ?? file.texts[key]
    }

    func list(_ key: String) -> [String] {
        if let text = environment[Self.variable(key)] {
            return text.split(separator: ",").map { $0.filter { $0 != " " } }
        }
        return file.lists[key] ?? []
    }

    func flag(_ flag: Bool?, _ key: String, default standard: Bool) throws(CommandFailure) -> Bool {
        if let flag { return flag }
        guard let text = text(nil, key) else { return standard }
        switch text {
        case "true", "1": return true
        case "false", "0": return false
        default: throw CommandFailure(.failed, "'\(key)' must be true or false, not '\(text)'.")
        }
    }

    func duration(_ flag: String?, _ key: String, default standard: TimeSpan) throws(CommandFailure) -> TimeSpan {
        guard let text = text(flag, key) else { return standard }
        guard let span = TimeSpan(durationLiteral: text) else {
            throw CommandFailure(.usage, "'\(key)' must be a duration such as 30s, not '\(text)'.")
        }
        return span
    }

    /// How long something is kept; nil for `forever`.
    func age(_ key: String, default standard: TimeSpan?) throws(CommandFailure) -> TimeSpan? {
        guard let text = text(nil, key) else { return standard }
        if text == "forever" { return nil }
        guard let span = TimeSpan(durationLiteral: text) else {
            throw CommandFailure(.failed, "'\(key)' must be a duration such as 30d, or forever, not '\(text)'.")
        }
        return span
    }

    func database(_ flag: String?) -> String { text(flag, "db") ?? Self.defaultDatabase }
    func definitions(_ flag: String?) -> String { text(flag, "definitions") ?? "definitions" }
    func server(_ flag: String?) -> String { text(flag, "server") ?? Self.defaultServer }

    /// `ordersUrl` and `orders.url` → `ORDERS_URL`, `payments_key` → `PAYMENTS_KEY`.
    static func screamingSnakeCase(_ name: String) -> String {
        var result = ""
        var previousIsLower = false
        for scalar in name.unicodeScalars {
            let isUpper = (0x41...0x5A).contains(scalar.value)
            if isUpper, previousIsLower { result += "_" }
            let isNamePart = isUpper || (0x61...0x7A).contains(scalar.value) || (0x30...0x39).contains(scalar.value)
            result += isNamePart ? String(scalar).uppercased() : "_"
            previousIsLower = isNamePart && !isUpper
        }
        return result
    }
}
