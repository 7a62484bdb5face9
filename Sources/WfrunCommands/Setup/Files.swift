import Glibc

/// The few things done with files here, without Foundation: it would cost more than the rest of the start-up.
enum Files {
    struct Failure: Error {
        var path: String
        var reason: String
        var isMissing: Bool

        init(_ path: String, code: Int32 = errno) {
            self.path = path
            reason = String(cString: strerror(code))
            isMissing = code == ENOENT
        }

        init(_ path: String, reason: String) {
            self.path = path
            self.reason = reason
            isMissing = false
        }
    }

    enum Kind { case regular, folder, link, other }

    struct Status: Hashable {
        var kind: Kind
        var size: Int
        /// Last change of content, in nanoseconds since 1970.
        var modified: Int64
        var file: UInt64
    }

    /// Of the entry itself: links are not followed.
    static func status(_ path: String) throws(Failure) -> Status {
        var info = stat()
        guard lstat(path, &info) == 0 else { throw Failure(path) }
        let kind: Kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        return Status(
            kind: kind, size: Int(info.st_size),
            modified: Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec), file: UInt64(info.st_ino))
    }

    static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    /// Both name one file.
    static func isSame(_ path: String, _ other: String) -> Bool {
        var a = stat()
        var b = stat()
        return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// - Parameter followsLinks: False refuses a link as the last component.
    static func read(_ path: String, limit: Int = 16 << 20, followsLinks: Bool = true) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else { throw Failure(path) }
        defer { close(descriptor) }
        return try readAll(descriptor, path: path, limit: limit)
    }

    static func readStandardInput(limit: Int = 16 << 20) throws(Failure) -> [UInt8] {
        try readAll(STDIN_FILENO, path: "standard input", limit: limit)
    }

    /// What has come, at least one byte; empty at the end.
    static func readSome(_ descriptor: Int32) throws(Failure) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return Array(chunk[..<count]) }
            if errno != EINTR { throw Failure("standard input") }
        }
    }

    private static func readAll(_ descriptor: Int32, path: String, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(path)
            }
            guard bytes.count + count <= limit else { throw Failure(path, reason: "larger than \(limit) bytes") }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Names in byte order, without `.` and `..`.
    static func entries(of folder: String) throws(Failure) -> [String] {
        guard let handle = opendir(folder) else { throw Failure(folder) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// With everything above it, 0700.
    static func makeFolder(_ path: String) throws(Failure) {
        if path.isEmpty || isFolder(path) { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeFolder(String(path[..<slash])) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failure(path) }
    }

    /// Readable by the owner alone, from its first moment.
    static func writePrivately(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(temporary) }
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isWhole = written == bytes.count && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWhole, rename(temporary, path) == 0 else {
            let failure = Failure(path, code: isWhole ? errno : code)
            unlink(temporary)
            throw failure
        }
    }

    /// A new file, or in place of an old one.
    static func write(_ text: String, to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(path) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    static func remove(_ path: String) { unlink(path) }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    static func join(_ folder: String, _ name: String) -> String {
        name.hasPrefix("/")
            ? name : folder == "." || folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
