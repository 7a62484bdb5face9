import Diagnostics
import Foundation
import TestSupport
import Testing
import WorkflowDefinitions

/// Files with the complete expected output beside them; `WFRUN_UPDATE_EXPECTATIONS=1` writes it anew.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// The definitions that ship.
    static let definitions = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "definitions")

    static var updates: Bool { ProcessInfo.processInfo.environment["WFRUN_UPDATE_EXPECTATIONS"] == "1" }

    static func paths(in name: String) -> [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: name).path)) ?? []
        return found.filter { $0.hasSuffix(".yaml") }.map { "\(name)/\($0)" }.sorted()
    }

    static var shipped: [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: definitions.path)) ?? []
        return found.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") }.sorted()
    }

    static var shippedTemplates: [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: definitions.path)) ?? []
        return found.filter { $0.hasSuffix(".mustache") }.sorted()
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: path)), as: UTF8.self)
    }

    static func shippedText(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: definitions.appending(path: path)), as: UTF8.self)
    }

    static func expect(_ actual: String, beside path: String, as fileExtension: String) throws {
        let place = folder.appending(path: path).deletingPathExtension().appendingPathExtension(fileExtension)
        if updates {
            try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(actual.utf8).write(to: place)
        }
        let expected = (try? Data(contentsOf: place)).map { String(decoding: $0, as: UTF8.self) }
        #expect(actual == expected, "\(path)")
    }

    /// A fixture as a project of its own. A fixture with several files has them one after another, each after a line
    /// `#@ <path>`; the first is named after the fixture. Files under `against/` are what those of the same path were before.
    static func analyze(_ text: String, path: String) -> Analysis { analyzeDefinitions(files(text, path: path)) }

    static func files(_ text: String, path: String) -> [(path: String, text: String)] {
        var files: [(path: String, text: String)] = []
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var current = (path: name, text: "")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#@ ") {
                files.append(current)
                current = (path: String(line.dropFirst(3)), text: "")
            } else {
                current.text += line + "\n"
            }
        }
        files.append(current)
        return files.map { ($0.path, String($0.text.dropLast())) }
    }
}
