import Glibc
import Values
import WorkflowServer

/// The server's first admin token, kept in a 0600 file beside the database, where the command line of the same user finds it.
///
/// The server keeps only its SHA-256 in memory. Further tokens come with `wfrun token`, in the database.
struct LocalTokens: TokenStore {
    private let accepted: [AccessToken]

    func tokens() -> [AccessToken] { accepted }

    static func path(forDatabase database: String) -> String { database + ".token" }

    /// - Returns: The store, and the token's text when it was made just now.
    static func open(database: String) throws(CommandFailure) -> (LocalTokens, new: String?) {
        let path = path(forDatabase: database)
        if let text = try read(path) { return (LocalTokens(text), nil) }
        var random = SystemRandomNumberGenerator()
        let text = AccessToken.text(random: (random.next(), random.next(), random.next(), random.next()))
        do throws(Files.Failure) {
            try Files.writePrivately(Array((text + "\n").utf8), to: path)
        } catch {
            throw CommandFailure(.failed, "The token file \(path) cannot be written: \(error.reason).")
        }
        return (LocalTokens(text), text)
    }

    private init(_ text: String) {
        accepted = [AccessToken(name: "admin", digest: AccessToken.digest(of: text), grants: [Grant(.admin)])]
    }

    /// Nil when there is none.
    static func read(_ path: String) throws(CommandFailure) -> String? {
        do throws(Files.Failure) {
            let bytes = try Files.read(path, limit: 4_096)
            let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
            guard text.hasPrefix("wfr_"), text.utf8.count >= 68 else {
                throw Files.Failure(path, reason: "it holds no token; delete it and a new one is made at the next start")
            }
            return text
        } catch {
            if error.isMissing { return nil }
            throw CommandFailure(.failed, "The token file \(path) cannot be used: \(error.reason).")
        }
    }
}
