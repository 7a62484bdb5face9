import FoundationEssentials
import Glibc

/// A folder made for one command, 0700, removed with all that is in it.
struct WorkingFolder: Sendable {
    let path: String

    init?(in root: String, owner: ShellUser?) {
        var template = Array("\(root)/wfrun-step-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let owner, chown(path, owner.userID, owner.groupID) != 0 {
            rmdir(path)
            return nil
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Where such folders lie by default.
    static var defaultRoot: String {
        guard let folder = getenv("TMPDIR").map({ String(cString: $0) }), folder.hasPrefix("/") else { return "/tmp" }
        return folder
    }
}

/// Standard input as a file without a name: no writer, no broken pipe, and nothing to wait for when the command ignores it.
enum StandardInputFile {
    /// An open descriptor at the beginning of the bytes; nil when none could be made.
    static func open(_ bytes: [UInt8]) -> Int32? {
        if bytes.isEmpty {
            let null = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
            return null >= 0 ? null : nil
        }
        var template = Array("\(WorkingFolder.defaultRoot)/wfrun-stdin-XXXXXX".utf8CString)
        // A command started meanwhile does not get it: Subprocess closes all descriptors but the three.
        let file = mkstemp(&template)
        guard file >= 0 else { return nil }
        unlink(template)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                close(file)
                return nil
            }
            written += count
        }
        guard lseek(file, 0, SEEK_SET) == 0 else {
            close(file)
            return nil
        }
        return file
    }
}
