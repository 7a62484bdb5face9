import Glibc
import WorkflowJournal

/// `<database>.lock`, held as long as a server has the database open; the kernel frees it however the process ends.
final class LockFile: Sendable {
    private let descriptor: Int32

    /// - Throws: `inUse` with the holder's process id.
    init(for database: String) throws(JournalError) {
        let path = database + ".lock"
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw JournalError(.inaccessible, "The lock file \(path) cannot be opened: \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // `deinit` closes it: it runs, since nothing is left to be initialized. Twice would close what another thread opened.
            let holder = Self.holder(in: descriptor)
            throw JournalError(
                .inUse, "The journal \(database) is in use by \(holder). Stop it first, or give this server another file.")
        }
        let text = String(getpid()) + "\n"
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.utf8.count, 0)
    }

    deinit { Glibc.close(descriptor) }

    /// Whether a server has the database open, without touching its lock: one that is just starting must not meet ours.
    static func isHeld(for database: String) -> Bool {
        var status = stat()
        guard stat(database + ".lock", &status) == 0, let file = fopen("/proc/locks", "re") else { return false }
        defer { fclose(file) }
        // proc(5): number, FLOCK, ADVISORY, WRITE, process, major:minor:inode, range.
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                .split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK" else { continue }
            if fields[5].split(separator: ":").last == Substring(String(status.st_ino)) { return true }
        }
        return false
    }

    private static func holder(in descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
    }
}

/// What lies below a path: a database must not be on a network file system, whose locks and flushes lie.
enum FileSystem {
    /// Makes a folder and those above it, for the owner alone.
    static func makeFolder(_ path: String) throws(JournalError) {
        guard !path.isEmpty, access(path, F_OK) != 0 else { return }
        if let slash = path.lastIndex(of: "/") { try makeFolder(String(path[..<slash])) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw JournalError(.inaccessible, "The folder \(path) cannot be made: \(String(cString: strerror(errno))).")
        }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the file if it is missing, for the owner alone; SQLite gives its companions the same mode.
    static func makeFile(_ path: String) throws(JournalError) {
        guard access(path, F_OK) != 0 else { return }
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 || errno == EEXIST else {
            throw JournalError(.inaccessible, "The file \(path) cannot be made: \(String(cString: strerror(errno))).")
        }
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    static func refuseNetwork(_ folder: String) throws(JournalError) {
        guard let type = mountType(of: folder), isNetwork(mountType: type) else { return }
        throw JournalError(
            .inaccessible, "\(folder) is on a network file system (\(type)), which cannot keep a journal: use a local disk.")
    }

    /// By the kernel's name for the type of the mount (proc(5), mounts).
    static func isNetwork(mountType: String) -> Bool {
        let types = [
            "nfs", "nfs4", "cifs", "smbfs", "smb2", "smb3", "afs", "kafs", "coda", "ceph", "glusterfs", "lustre", "9p", "ncpfs",
        ]
        let fuse = ["sshfs", "s3fs", "rclone", "davfs", "glusterfs", "goofys", "gcsfuse", "smbnetfs", "ceph"]
        return types.contains(mountType) || (mountType.hasPrefix("fuse") && fuse.contains(where: mountType.contains))
    }

    /// The type of the mount a folder is in: of the longest mount point that is a prefix of it, the one mounted last.
    private static func mountType(of folder: String) -> String? {
        guard let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        guard let file = fopen("/proc/self/mounts", "re") else { return nil }
        defer { fclose(file) }
        let path = String(cString: resolved)
        var best: (length: Int, type: String)?
        var line = [CChar](repeating: 0, count: 4_096)
        while fgets(&line, Int32(line.count), file) != nil {
            let bytes = line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
            guard fields.count > 2 else { continue }
            let point = fields[1] == "/" ? "" : String(fields[1])
            if point.utf8.count >= best?.length ?? 0, path == point || path.hasPrefix(point + "/") {
                best = (point.utf8.count, String(fields[2]))
            }
        }
        return best?.type
    }
}
