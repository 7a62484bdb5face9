import Diagnostics
import Foundation
import StandardLibrary
import Testing
import YAMLSyntax

/// The repository's top folder, found from this file.
private let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Suite struct StandardLibraryTests {
    @Test func `the embedded files are those of the folder, byte for byte`() throws {
        let folder = repository.appending(path: "stdlib")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(StandardLibrary.files.map(\.path) == paths, "run scripts/embed-stdlib")
        for file in StandardLibrary.files {
            let bytes = try Data(contentsOf: folder.appending(path: file.path))
            #expect(file.bytes == Array(bytes), "\(file.path) was edited and not rebuilt")
        }
    }

    @Test func `the committed list is what the script generates`() throws {
        let script = Process()
        script.executableURL = repository.appending(path: "scripts/embed-stdlib")
        script.arguments = ["--print"]
        let output = Pipe()
        script.standardOutput = output
        try script.run()
        let generated = output.fileHandleForReading.readDataToEndOfFile()
        script.waitUntilExit()
        let committed = try Data(contentsOf: repository.appending(path: "Sources/CStandardLibrary/files.c"))
        #expect(String(decoding: generated, as: UTF8.self) == String(decoding: committed, as: UTF8.self))
    }

    @Test(arguments: StandardLibrary.files.map(\.path))
    func `a file names the action its path says and reads without a message`(path: String) throws {
        let file = try #require(StandardLibrary.files.first { $0.path == path })
        let (root, diagnostics) = YAMLReader.read(SourceFile(path: path, bytes: file.bytes))
        #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
        guard case .mapping(let pairs)? = root?.content, case .scalar(let name)? = pairs.first?.value.content else {
            Issue.record("no mapping that begins with `action`")
            return
        }
        #expect(pairs.first?.key.text == "action")
        let isBuiltin = path.hasPrefix("builtin/")
        let expected = path.dropFirst(isBuiltin ? "builtin/".count : 0).dropLast(".yaml".count).replacing("/", with: ".")
        #expect(name.text == expected)
        #expect(pairs.contains { $0.key.text == "builtin" } == isBuiltin)
        #expect(pairs.contains { $0.key.text == "steps" } != isBuiltin)
    }

    @Test func `signatures have the keys the document describes, and no others`() {
        let known: Set = [
            "action", "description", "builtin", "types", "input", "combinations", "returns", "errors", "effect",
            "idempotency_key",
        ]
        let required: Set = ["action", "description", "builtin", "input", "returns", "errors", "effect", "idempotency_key"]
        for file in StandardLibrary.files where file.path.hasPrefix("builtin/") {
            guard case .mapping(let pairs)? = YAMLReader.read(SourceFile(path: file.path, bytes: file.bytes)).root?.content
            else { continue }
            let keys = Set(pairs.map(\.key.text))
            #expect(keys.isSubset(of: known), "\(file.path)")
            #expect(keys.isSuperset(of: required), "\(file.path)")
        }
    }
}
