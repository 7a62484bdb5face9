import Diagnostics
import Mustache
import Values

/// A mail as files of the definitions folder: `emails/<name>.mustache` has the subject on its first line and the text, and
/// `emails/<name>.html.mustache` beside it, where there is one, the HTML form.
struct MailTemplate {
    struct Part {
        var template: MustacheTemplate
        var file: SourceFile
        /// Where the template begins in the file.
        var offset: Int

        func range(_ bytes: Range<Int>) -> SourceRange {
            SourceRange(file: file, bytes: offset + bytes.lowerBound..<offset + bytes.upperBound)
        }
    }

    struct File {
        /// Relative to the definitions folder.
        var path: String
        var file: SourceFile
    }

    var name: String
    var files: [File] = []
    var subject: Part?
    var text: Part?
    var html: Part?

    /// All its files are there and could be read.
    var isSound: Bool { subject != nil && text != nil && (files.count < 2 || html != nil) }

    static let folder = "emails/"
    private static let ending = ".mustache"
    private static let htmlEnding = ".html.mustache"

    /// The template a file belongs to; nil for a file of another kind.
    static func name(ofPath path: String) -> String? {
        guard path.utf8.starts(with: folder.utf8), path.hasSuffix(ending) else { return nil }
        let name = path.dropFirst(folder.count).dropLast(path.hasSuffix(htmlEnding) ? htmlEnding.count : ending.count)
        return name.isEmpty ? nil : String(name)
    }

    static func path(ofName name: String) -> String { folder + name + ending }

    /// A path below the folder that leads nowhere else.
    static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            !part.isEmpty && part.first != UInt8(ascii: ".") && part.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x5C }
        }
    }

    mutating func add(_ file: SourceFile, path: String, report: (Diagnostic) -> Void) {
        files.append(File(path: path, file: file))
        files.sort { $0.path.precedesByCodePoint($1.path) }
        if path.hasSuffix(Self.htmlEnding) {
            html = part(file, file.bytes.indices, report)
            return
        }
        guard let (line, body) = Self.header(file.bytes) else {
            return report(.templateWithoutSubject(at: SourceRange(file: file, bytes: Self.firstLine(file.bytes))))
        }
        subject = part(file, line, report)
        text = part(file, body, report)
    }

    private func part(_ file: SourceFile, _ range: Range<Int>, _ report: (Diagnostic) -> Void) -> Part? {
        do throws(MustacheProblem) {
            return Part(template: try MustacheTemplate(Array(file.bytes[range])), file: file, offset: range.lowerBound)
        } catch {
            let bytes = range.lowerBound + error.range.lowerBound..<range.lowerBound + error.range.upperBound
            report(.badTemplate(error, at: SourceRange(file: file, bytes: bytes)))
            return nil
        }
    }

    // MARK: The first line

    /// Where the subject and the text are. One empty line between them belongs to neither.
    private static func header(_ bytes: [UInt8]) -> (subject: Range<Int>, body: Range<Int>)? {
        let line = firstLine(bytes)
        let key = Array("Subject:".utf8)
        guard bytes[line].starts(with: key) else { return nil }
        let start = bytes[line].dropFirst(key.count).firstIndex { $0 != 0x20 && $0 != 0x09 } ?? line.upperBound
        let body = afterLineBreak(bytes, line.upperBound)
        let second = afterLineBreak(bytes, body)
        return (start..<line.upperBound, second..<bytes.count)
    }

    private static func firstLine(_ bytes: [UInt8]) -> Range<Int> {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        return start..<end
    }

    /// Behind the line break at a place; the place itself where there is none.
    private static func afterLineBreak(_ bytes: [UInt8], _ index: Int) -> Int {
        var index = index
        if index < bytes.count, bytes[index] == 0x0D { index += 1 }
        if index < bytes.count, bytes[index] == 0x0A { index += 1 }
        return index
    }
}
