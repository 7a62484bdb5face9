import Diagnostics

/// The definition files of a project as they are on disk now.
///
/// Only regular files below the folder: a link is refused, because what it points to may change without the project.
struct ProjectFiles: Sendable {
    /// The folder as it was named.
    var folder: String
    /// Paths relative to the folder, in byte order, and the text of each.
    var files: [(path: String, source: SourceFile)] = []
    /// What could not be taken, one sentence each.
    var refusals: [String] = []

    static let largestFile = 1 << 20
    static let mostFiles = 10_000
    static let deepest = 16

    /// The test files below a folder, or a test file itself.
    static func tests(at path: String) throws(CommandFailure) -> ProjectFiles {
        if Files.isFolder(path) {
            var tests = ProjectFiles(folder: path)
            for test in try tests.paths(isTest: true) { tests.take(test) }
            return tests
        }
        guard Files.exists(path) else { throw CommandFailure(.notFound, "There is no file \(path).") }
        var tests = ProjectFiles(folder: Files.folder(of: path))
        tests.take(Files.name(of: path))
        return tests
    }

    /// What the tests at a path are about: the nearest folder above it, or it itself, that is called `definitions`; else all
    /// that is below the folder.
    static func tested(at path: String, definitions folder: String?) throws(CommandFailure) -> ProjectFiles {
        if let folder { return try below(folder) }
        let start = Files.isFolder(path) ? path : Files.folder(of: path)
        var above = start
        while above != "." && above != "/" && Files.name(of: above) != "definitions" { above = Files.folder(of: above) }
        return try below(Files.name(of: above) == "definitions" ? above : start)
    }

    /// Everything below a folder.
    static func below(_ folder: String) throws(CommandFailure) -> ProjectFiles {
        var project = ProjectFiles(folder: folder)
        for path in try project.paths() { project.take(path) }
        return project
    }

    /// The project a single file belongs to: all of the nearest folder above it that is called `definitions`; a file elsewhere
    /// stands alone, with the actions, types and mail templates beside it.
    static func around(_ file: String, definitions folder: String? = nil) throws(CommandFailure) -> ProjectFiles {
        guard Files.exists(file) else { throw CommandFailure(.notFound, "There is no file \(file).") }
        if let folder { return try below(folder) }
        var above = Files.folder(of: file)
        while above != "." && above != "/" && Files.name(of: above) != "definitions" { above = Files.folder(of: above) }
        if Files.name(of: above) == "definitions" { return try below(above) }
        let folder = Files.folder(of: file)
        var project = ProjectFiles(folder: folder)
        let name = Files.name(of: file)
        let companions = try project.paths(inside: "actions") + project.paths(inside: "emails")
        for path in companions + ["types.yaml"] where Files.exists(Files.join(folder, path)) && path != name {
            project.take(path)
        }
        project.take(name)
        project.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return project
    }

    /// The path under which diagnostics name a file.
    func display(_ path: String) -> String { Files.join(folder, path) }

    /// A file's path relative to the folder, or nil when it is not below it.
    func relative(_ file: String) -> String? {
        if folder == "." { return file.hasPrefix("/") ? nil : file }
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : nil
    }

    mutating func take(_ path: String) {
        let full = display(path)
        do throws(Files.Failure) {
            // One byte more than allowed is enough for the reader to refuse it with a diagnostic.
            let status = try Files.status(full)
            guard status.kind == .regular else {
                refusals.append("\(full) is not a regular file and is left out; definitions must not be links.")
                return
            }
            guard status.size <= Self.largestFile else {
                refusals.append("\(full) is larger than 1 MiB and is left out.")
                return
            }
            let bytes = try Files.read(full, limit: Self.largestFile, followsLinks: false)
            files.append((path, SourceFile(path: full, bytes: bytes)))
        } catch {
            if !error.isMissing { refusals.append("\(full) cannot be read and is left out: \(error.reason).") }
        }
    }

    /// Paths of all definition or test files below the folder, or below a folder of it.
    private func paths(inside start: String = "", isTest: Bool = false) throws(CommandFailure) -> [String] {
        var found: [String] = []
        var pending = [(path: start, depth: 0)]
        while let next = pending.popLast() {
            let here = next.path.isEmpty ? folder : Files.join(folder, next.path)
            let names: [String]
            do throws(Files.Failure) {
                names = try Files.entries(of: here)
            } catch {
                if !start.isEmpty, error.isMissing { return [] }
                throw Self.unreadable(here, error)
            }
            for name in names where !name.hasPrefix(".") {
                let path = next.path.isEmpty ? name : next.path + "/" + name
                let status = try? Files.status(Files.join(folder, path))
                if status?.kind == .folder {
                    if next.depth < Self.deepest { pending.append((path, next.depth + 1)) }
                } else if isTest ? name.hasSuffix(".test.yaml") : Self.isTaken(path, name: name) {
                    found.append(path)
                }
            }
            guard found.count <= Self.mostFiles else {
                throw CommandFailure(.failed, "There are more than \(Self.mostFiles) definition files below \(folder).")
            }
        }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Definitions, `types.yaml` and mail templates.
    private static func isTaken(_ path: String, name: String) -> Bool {
        if path.hasPrefix("emails/") && name.hasSuffix(".mustache") { return true }
        return name.hasSuffix(".yaml") && !name.hasSuffix(".test.yaml")
    }

    private static func unreadable(_ folder: String, _ failure: Files.Failure) -> CommandFailure {
        failure.isMissing
            ? CommandFailure(
                .failed, "There is no folder \(folder).", hint: "Name the folder of your definitions with '--definitions DIR'.")
            : CommandFailure(.failed, "The folder \(folder) cannot be read: \(failure.reason).")
    }

    /// Changes whenever a file is added, removed or written, for noticing edits.
    static func fingerprint(_ folder: String) -> [String: Files.Status] {
        var fingerprint: [String: Files.Status] = [:]
        let project = ProjectFiles(folder: folder)
        for path in (try? project.paths()) ?? [] {
            fingerprint[path] = try? Files.status(Files.join(folder, path))
        }
        return fingerprint
    }
}
