import Diagnostics
import YAMLSyntax

/// `# wfrun: ignore[WF5107] reason`: an author says that a finding is meant so, on the line of the key or the line before.
struct Waiver {
    var codes: [Located<DiagnosticCode>]
    /// The comment.
    var range: SourceRange
    /// The line of the key it is about, from 1.
    var line: Int

    static let shape = "# wfrun: ignore[WF5107] reason"

    /// - Returns: nil for a comment that is none; one with mistakes has the codes that could be read.
    static func read(_ comment: YAMLComment, report: (Diagnostic) -> Void) -> Waiver? {
        let word = Array("wfrun:".utf8)
        guard comment.text.utf8.starts(with: word) else { return nil }
        let rest = comment.text.utf8.dropFirst(word.count).drop { $0 == 0x20 }
        let opening = Array("ignore[".utf8)
        guard rest.starts(with: opening), let end = rest.firstIndex(of: UInt8(ascii: "]")) else {
            report(.malformedWaiver(at: comment.range))
            return nil
        }
        let inside = rest[rest.index(rest.startIndex, offsetBy: opening.count)..<end]
        let codes = codes(inside, of: comment, report: report)
        let reason = rest[rest.index(after: end)...].prefix { $0 != UInt8(ascii: "#") }
        if reason.allSatisfy({ $0 == 0x20 || $0 == UInt8(ascii: ":") }) {
            report(.waiverWithoutReason(at: comment.range))
        }
        return Waiver(codes: codes, range: comment.range, line: targetLine(of: comment.range))
    }

    private static func codes(
        _ list: Substring.UTF8View, of comment: YAMLComment, report: (Diagnostic) -> Void
    ) -> [Located<DiagnosticCode>] {
        var codes: [Located<DiagnosticCode>] = []
        let bytes = comment.range.file.bytes[comment.range.bytes]
        var position = bytes.firstIndex(of: UInt8(ascii: "[")) ?? bytes.startIndex
        for part in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            position += 1
            let leading = part.prefix { $0 == 0x20 }.count
            let text = String(decoding: part.filter { $0 != 0x20 }, as: UTF8.self)
            let range = SourceRange(
                file: comment.range.file, bytes: position + leading..<position + leading + text.utf8.count)
            position += part.count
            if let code = DiagnosticCatalogue.code(text) {
                codes.append(Located(code, at: range))
            } else {
                report(.waiverOfUnknownCode(text, at: text.isEmpty ? comment.range : range))
            }
        }
        return codes
    }

    /// Its own line, or, where the comment stands alone, that of the next text that is no comment.
    private static func targetLine(of range: SourceRange) -> Int {
        let file = range.file
        let own = range.start.line
        let before = file.bytes[file.lineStarts[own - 1]..<range.bytes.lowerBound]
        guard before.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return own }
        var line = own + 1
        while line <= file.lineStarts.count {
            let text = file.line(line).utf8.drop { $0 == 0x20 || $0 == 0x09 }
            guard text.first == UInt8(ascii: "#") else { break }
            line += 1
        }
        return line
    }
}

/// Takes out of the diagnostics what authors have waived, and reports waivers that waive nothing.
struct WaiverApplication {
    private let waivers: [Waiver]
    /// For each file with waivers: places of its scalars that have several lines, with the line of their key.
    private let blocks: [ObjectIdentifier: [(bytes: Range<Int>, line: Int)]]
    private var used: Set<[Int]> = []
    private var refused: [Diagnostic] = []
    private(set) var remaining: [Diagnostic] = []

    /// - Parameter roots: the trees of the files, as far as they could be read.
    init(_ waivers: [Waiver], roots: [YAMLNode]) {
        self.waivers = waivers
        let files = Set(waivers.map { ObjectIdentifier($0.range.file) })
        var blocks: [ObjectIdentifier: [(bytes: Range<Int>, line: Int)]] = [:]
        for root in roots where files.contains(ObjectIdentifier(root.range.file)) {
            Self.collect(root, into: &blocks[ObjectIdentifier(root.range.file), default: []])
        }
        self.blocks = blocks
    }

    mutating func apply(to diagnostics: [Diagnostic]) {
        guard !waivers.isEmpty else {
            remaining = diagnostics
            return
        }
        remaining = diagnostics.filter { !isWaived($0) }
        remaining += refused
    }

    /// Meant when every rule has looked at every file: with errors in the project it is not known what a waiver is for.
    /// - Parameter undecided: codes that were not looked for.
    func useless(except undecided: Set<DiagnosticCode>) -> [Diagnostic] {
        waivers.enumerated().flatMap { position, waiver in
            waiver.codes.enumerated()
                .filter { index, code in !used.contains([position, index]) && !undecided.contains(code.value) }
                .map { .uselessWaiver($0.element) }
        }
    }

    private mutating func isWaived(_ diagnostic: Diagnostic) -> Bool {
        guard diagnostic.code != .waiver else { return false }
        let file = ObjectIdentifier(diagnostic.range.file)
        let start = diagnostic.range.start
        var isWaived = false
        for (position, waiver) in waivers.enumerated() where ObjectIdentifier(waiver.range.file) == file {
            for (index, code) in waiver.codes.enumerated() where code.value == diagnostic.code {
                let isOnLine = waiver.line == start.line
                let isInBlock = blocks[file]?.contains { $0.line == waiver.line && $0.bytes.contains(start.byte) } ?? false
                guard isOnLine || isInBlock else { continue }
                used.insert([position, index])
                if DiagnosticCatalogue.canBeSettled(diagnostic) {
                    isWaived = true
                } else {
                    refused.append(.refusedWaiver(code, of: diagnostic))
                }
            }
        }
        return isWaived
    }

    private static func collect(_ node: YAMLNode, into blocks: inout [(bytes: Range<Int>, line: Int)]) {
        switch node.content {
        case .scalar: break
        case .sequence(let items): for item in items { collect(item, into: &blocks) }
        case .mapping(let pairs):
            for pair in pairs {
                if case .scalar(let scalar) = pair.value.content {
                    blocks.append((scalar.range.bytes, pair.key.range.start.line))
                } else {
                    collect(pair.value, into: &blocks)
                }
            }
        }
    }
}
