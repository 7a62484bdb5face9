import Glibc

/// A folder of its own for a test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var random = SystemRandomNumberGenerator()
        path = "/tmp/wfrun-test-\(getpid())-\(String(random.next() as UInt64, radix: 36))"
        mkdir(path, 0o700)
    }

    deinit { Self.remove(path) }

    /// Writes a file below the folder, with the folders above it; returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) -> String {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o700)
        }
        let file = "\(path)/\(name)"
        guard let handle = fopen(file, "w") else { return file }
        fputs(text, handle)
        fclose(handle)
        return file
    }

    /// The text of a file below the folder; empty when there is none.
    func read(_ name: String) -> String {
        guard let handle = fopen(file(name), "r") else { return "" }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(handle), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    private static func remove(_ path: String) {
        if let handle = opendir(path) {
            while let entry = readdir(handle) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(handle)
        }
        Glibc.remove(path)
    }
}
