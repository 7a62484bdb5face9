import FoundationEssentials
import Glibc
import SystemPackage
import WorkflowJournal

/// The folder of mails, one `.eml` file each.
///
/// A file is named after the step's idempotency key, so an attempt that is repeated replaces the mail it wrote before.
struct Outbox: Sendable {
    var folder: String

    /// Writes the whole file or none, and returns when it is on disk.
    /// - Returns: the file's path.
    func write(_ message: [UInt8], named name: String) throws(Failure) -> String {
        let path = "\(folder)/\(name).eml"
        do {
            try make()
            try write(message, to: path)
        } catch {
            throw .rejected("cannot write \(path): \(error)", isRetryable: true)
        }
        return path
    }

    private func make() throws {
        var isFolder: Bool = false
        if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder { return }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let draft = path + ".part"
        let file = try FileDescriptor.open(
            FilePath(draft), .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow], permissions: [.ownerReadWrite])
        try file.closeAfter {
            try file.writeAll(bytes)
            try sync(file)
        }
        guard rename(draft, path) == 0 else { throw Errno(rawValue: errno) }
        // The name is part of the promise too.
        let parent = try FileDescriptor.open(FilePath(folder), .readOnly, options: [.closeOnExec])
        try parent.closeAfter { try sync(parent) }
    }

    private func sync(_ file: FileDescriptor) throws {
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
