import Glibc

/// Why a time zone is not available.
package struct TimeZoneError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        case unknownZone
        /// The system has no time zone database.
        case databaseMissing
        case damagedFile
    }

    package var kind: Kind
    /// One sentence without a full stop.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}

/// The system's time zones: a folder of TZif files named after their zones.
package struct TimeZoneDatabase: Sendable, Hashable {
    /// Nil where there is none.
    package let folder: String?

    private static let usualFolders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"]
    private static let maximumFileSize = 1 << 20
    /// The names of UTC, which needs no file.
    private static let namesOfUTC = ["UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"]

    package init(folder: String?) { self.folder = folder }

    /// The folder that the environment variable `TZDIR` names, or the first usual one that exists.
    package static func system() -> TimeZoneDatabase {
        if let named = getenv("TZDIR").map({ String(cString: $0) }), named.utf8.first == UInt8(ascii: "/") {
            return TimeZoneDatabase(folder: named)
        }
        return TimeZoneDatabase(folder: usualFolders.first { access($0, R_OK | X_OK) == 0 })
    }

    package func rules(named name: String) throws(TimeZoneError) -> TimeZoneRules {
        if Self.namesOfUTC.contains(name) {
            return TimeZoneRules(name: name, changes: [], offsets: [], firstOffset: 0, rule: nil)
        }
        guard Self.isName(name) else { throw TimeZoneError(.unknownZone, "'\(name)' is no name of a time zone") }
        guard let folder, access(folder, R_OK | X_OK) == 0 else {
            throw TimeZoneError(
                .databaseMissing,
                "the time zone '\(name)' needs the system's time zone database, which is missing (Debian package tzdata); UTC always works"
            )
        }
        guard let bytes = Self.contents(of: folder + "/" + name) else {
            throw TimeZoneError(.unknownZone, "unknown time zone '\(name)'")
        }
        guard let rules = TZifReader.rules(named: name, from: bytes) else {
            throw TimeZoneError(.damagedFile, "the file of the time zone '\(name)' cannot be read")
        }
        return rules
    }

    /// Letters, digits, `_`, `+` and `-` in parts divided by slashes: nothing that leaves the folder.
    private static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard name.utf8.count <= 128, let first = name.utf8.first, (0x41...0x5A).contains(first) else { return false }
        return parts.allSatisfy { part in
            !part.isEmpty
                && part.allSatisfy { byte in
                    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "_+-".utf8.contains(byte)
                }
        }
    }

    /// The names of all zones, sorted: for suggestions.
    package func names() -> [String] {
        var names = Self.namesOfUTC
        if let folder { Self.collectNames(in: folder, prefix: "", depth: 0, into: &names) }
        return Array(Set(names)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

// MARK: - Files

extension TimeZoneDatabase {
    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= maximumFileSize else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let received = bytes[count...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if received < 0 && errno == EINTR { continue }
            guard received > 0 else { return nil }
            count += received
        }
        return bytes
    }

    /// Zones begin with a capital letter; what else lies there (tables, `posix`, `right`) does not.
    private static func collectNames(in folder: String, prefix: String, depth: Int, into names: inout [String]) {
        guard depth < 4, let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard isName(name), names.count < 5_000 else { continue }
            var status = stat()
            guard stat(folder + "/" + name, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                collectNames(in: folder + "/" + name, prefix: prefix + name + "/", depth: depth + 1, into: &names)
            } else {
                names.append(prefix + name)
            }
        }
    }
}
