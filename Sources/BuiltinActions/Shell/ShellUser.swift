import Glibc

/// Whom commands run as.
struct ShellUser: Sendable {
    var name: String
    var userID: uid_t
    var groupID: gid_t
    var groups: [gid_t]
    var home: String

    /// The server's own user.
    static func current() -> ShellUser {
        look(up: { getpwuid_r(geteuid(), $0, $1, $2, $3) })
            ?? ShellUser(name: "", userID: geteuid(), groupID: getegid(), groups: [], home: "/")
    }

    static func named(_ name: String) -> ShellUser? {
        look(up: { getpwnam_r(name, $0, $1, $2, $3) })
    }

    /// Becomes another user and then the command. The server cannot change users itself between `fork` and `exec`: glibc's `setgroups` and
    /// `setuid` tell every thread, and wait for ever for one that was just beginning in the parent.
    static let setpriv = "/usr/bin/setpriv"

    /// The command as this user.
    func running(_ arguments: [String]) -> [String] {
        let list = groups.map(String.init).joined(separator: ",")
        return [
            Self.setpriv, "--reuid=\(userID)", "--regid=\(groupID)", list.isEmpty ? "--clear-groups" : "--groups=\(list)", "--",
        ] + arguments
    }

    private typealias Query = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func look(up query: Query) -> ShellUser? {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        return buffer.withUnsafeMutableBufferPointer { buffer -> ShellUser? in
            guard let base = buffer.baseAddress, query(&record, base, buffer.count, &found) == 0, let found else { return nil }
            let entry = found.pointee
            var count: Int32 = 256
            var groups = [gid_t](repeating: 0, count: Int(count))
            if getgrouplist(entry.pw_name, entry.pw_gid, &groups, &count) < 0 { count = 0 }
            return ShellUser(
                name: String(cString: entry.pw_name), userID: entry.pw_uid, groupID: entry.pw_gid,
                groups: Array(groups.prefix(Int(count))), home: String(cString: entry.pw_dir))
        }
    }
}
