import Values
import WorkflowEngine

/// `WFRUN_SECRET_<NAME>`, else a file named after the secret in a folder (systemd credentials, mounted secrets).
struct EnvironmentSecrets: SecretSource {
    let environment: [String: String]
    let folder: String?

    func secret(_ name: String) -> String? {
        if let value = environment["WFRUN_SECRET_" + Settings.screamingSnakeCase(name)] { return value }
        // Names are identifiers by the time they come here; a path in one would leave the folder.
        guard let folder, !name.contains("/"), !name.hasPrefix(".") else { return nil }
        guard let bytes = try? Files.read(Files.join(folder, name), limit: 64 << 10),
            var text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        if text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
