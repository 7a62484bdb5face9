import Diagnostics

/// Turns libyaml's events into one tree, with a stack of its own instead of recursion.
///
/// A mistake that leaves the structure clear (a duplicate key, a tag) is reported and the rest goes on; one that does not
/// (syntax, depth, a second document) ends the reading, without a root.
struct TreeComposer {
    /// A collection whose end has not come yet.
    private struct Frame {
        var isMapping: Bool
        var isFlow: Bool
        var start: Int
        /// Column of the block collection, or of the one around a flow collection; block scalars count from it.
        var indent: Int
        var anchor: Int?
        var items: [YAMLNode] = []
        var pairs: [YAMLPair] = []
        var keys = KeySet()
        var key: Key = .expected
        var end: Int
        /// Nodes in the tree so far, this one included, aliases expanded.
        var weight = 1
        /// Collections below, this one included.
        var height = 1
        /// `{{ … }}`: text that YAML takes for two mappings.
        var isMustache = false
    }

    private enum Key {
        case expected
        case read(YAMLScalar)
        /// Reported already; its value is left out.
        case unusable
    }

    private struct Anchor {
        var name: String
        var range: Range<Int>
        /// Nil while the node is still open.
        var node: Composed?
        var isUsed = false
    }

    /// A finished node with what its aliases cost.
    private struct Composed {
        var node: YAMLNode
        var weight: Int
        var height: Int
    }

    private enum Halt: Error { case reported }

    private let source: SourceText
    private let file: SourceFile
    private let bytes: [UInt8]
    private let places: TextPlaces
    private let events: EventParser
    private var diagnostics: [Diagnostic] = []
    private var frames: [Frame] = []
    private var anchors: [Anchor] = []
    private var anchorsByName: [[UInt8]: Int] = [:]
    private var aliasedNodes = 0
    private var root: YAMLNode?
    private var comments = CommentScan()
    /// Where the last `{{ … }}` without `$` began.
    private var mustache: Int?

    init(source: SourceText, events: EventParser) {
        self.source = source
        file = source.file
        bytes = source.file.bytes
        places = TextPlaces(file: source.file)
        self.events = events
    }

    mutating func compose(rootIsMapping: Bool) -> YAMLDocument {
        do {
            try readEvents()
            reportUnusedAnchors()
            checkRoot(isMapping: rootIsMapping)
        } catch let problem as YAMLSyntaxProblem {
            if !isConsequenceOfMustache(problem) { diagnostics.append(problem.diagnostic(in: source)) }
            root = nil
        } catch {
            root = nil
        }
        return YAMLDocument(root: root, comments: comments.comments(in: file), diagnostics: diagnostics)
    }

    // MARK: Events

    private mutating func readEvents() throws {
        var documents = 0
        while true {
            let event = try events.next()
            if event.hasTag { reportTag(event) }
            switch event.kind {
            case .streamStart: break
            case .streamEnd: return
            case .documentStart(let hasDirectives):
                documents += 1
                try checkDocumentStart(event, count: documents, hasDirectives: hasDirectives)
            case .documentEnd: break
            case .alias(let name): try add(alias: name, at: event.bytes)
            case .scalar(let text, let style): add(scalar: text, style, event)
            case .sequenceStart(let isFlow): try open(event, isMapping: false, isFlow: isFlow)
            case .mappingStart(let isFlow): try open(event, isMapping: true, isFlow: isFlow)
            case .sequenceEnd, .mappingEnd: close(at: event.bytes.upperBound)
            }
        }
    }

    private mutating func checkDocumentStart(_ event: YAMLEvent, count: Int, hasDirectives: Bool) throws {
        if hasDirectives {
            let percent = bytes[event.bytes].firstIndex(of: UInt8(ascii: "%")) ?? event.bytes.lowerBound
            report(
                .outsideSubset, "directives (`%YAML`, `%TAG`) are not part of the language",
                at: places.restOfLine(from: percent), help: "remove the line; the text is always YAML 1.2")
        }
        if count > 1 {
            report(
                .outsideSubset, "a file holds one document, and this begins a second one", at: event.bytes,
                help: "move what follows `---` to a file of its own")
            throw Halt.reported
        }
    }

    private mutating func open(_ event: YAMLEvent, isMapping: Bool, isFlow: Bool) throws {
        let start = places.contentStart(of: event, limit: bytes.count)
        if frames.count >= YAMLReader.deepestNesting {
            report(
                .aliasOrSize, "collections are nested more than \(YAMLReader.deepestNesting) deep",
                at: start..<min(start + 1, bytes.count))
            throw Halt.reported
        }
        let indent = isFlow ? frames.last?.indent ?? -1 : places.column(of: start)
        let anchor = event.anchor.map { open(anchor: $0, event) }
        frames.append(
            Frame(isMapping: isMapping, isFlow: isFlow, start: start, indent: indent, anchor: anchor, end: start + 1))
    }

    private mutating func close(at end: Int) {
        guard let frame = frames.popLast() else { return }
        // A block collection's end event stands at the next token: the last child says where it really ends.
        let range = frame.start..<max(frame.start, min(frame.isFlow ? end : frame.end, bytes.count))
        var content = frame.isMapping ? YAMLNode.Content.mapping(frame.pairs) : .sequence(frame.items)
        if frame.isMustache { content = .scalar(brokenScalar(range)) }
        let node = YAMLNode(content: content, range: sourceRange(range))
        let composed = Composed(node: node, weight: frame.weight, height: frame.height)
        if let anchor = frame.anchor { anchors[anchor].node = composed }
        add(composed)
    }

    private mutating func add(scalar text: String, _ style: YAMLScalar.Style, _ event: YAMLEvent) {
        let start = places.contentStart(of: event, limit: event.bytes.upperBound)
        var range = start..<event.bytes.upperBound
        let positions = ScalarPositions.scanning(
            text, style: style, in: bytes, range: range, parentIndent: frames.last?.indent ?? -1)
        comments.skip(opaquePart(of: range, style))
        if style == .literal || style == .folded { range = places.trimmed(range) }
        var scalar = YAMLScalar(text: text, style: style, range: sourceRange(range), positions: positions)
        if style == .plain, let diagnostic = commentInsideExpression(scalar) {
            diagnostics.append(diagnostic)
            scalar.isBroken = true
        }
        let node = YAMLNode(content: .scalar(scalar), range: scalar.range)
        let composed = Composed(node: node, weight: 1, height: 0)
        if let name = event.anchor {
            let anchor = open(anchor: name, event)
            anchors[anchor].node = composed
        }
        add(composed)
    }

    // MARK: Building

    private mutating func add(_ child: Composed, isAlias: Bool = false) {
        guard !frames.isEmpty else {
            root = child.node
            return
        }
        // In place: taking the frame out and putting it back would copy what it has collected.
        let top = frames.count - 1
        frames[top].weight += child.weight
        frames[top].height = max(frames[top].height, child.height + 1)
        frames[top].end = max(frames[top].end, (child.node.aliasRange ?? child.node.range).bytes.upperBound)
        guard frames[top].isMapping else {
            frames[top].items.append(child.node)
            return
        }
        switch frames[top].key {
        case .expected:
            frames[top].key = key(from: child.node, isAlias: isAlias)
        case .read(let key):
            frames[top].pairs.append(YAMLPair(key: key, value: child.node))
            frames[top].key = .expected
        case .unusable:
            frames[top].key = .expected
        }
    }

    /// What a node means as the next key of the innermost mapping.
    private mutating func key(from node: YAMLNode, isAlias: Bool) -> Key {
        let top = frames.count - 1
        guard case .scalar(let key) = node.content, !isAlias else {
            reportComplexKey(node)
            return .unusable
        }
        if key.isBroken { return .unusable }
        if key.style == .plain, key.text == "<<" {
            report(
                .outsideSubset, "merge keys (`<<`) are not part of the language", at: key.range.bytes,
                help: "write the keys out, or give the whole mapping an anchor")
            return .unusable
        }
        if let kind = key.nonStringKind {
            reportNonStringKey(key, kind: kind)
            return .unusable
        }
        if let first = frames[top].keys.firstPlace(of: key, among: frames[top].pairs) {
            diagnostics.append(
                Diagnostic(
                    .duplicateKey, .error, "the key '\(key.text)' appears twice in one mapping", at: key.range,
                    label: "again here", notes: [.init(range: first, message: "first here")],
                    help: "keep one of the two"))
            return .unusable
        }
        return .read(key)
    }

    private mutating func reportComplexKey(_ node: YAMLNode) {
        let frame = frames[frames.count - 1]
        let isNestedFlow = frame.isFlow && node.range.bytes.lowerBound == frame.start + 1
        if isNestedFlow, case .mapping = node.content, bytes[frame.start + 1] == UInt8(ascii: "{") {
            frames[frames.count - 1].isMustache = true
            mustache = frame.start
            diagnostics.append(.missingDollar(before: frame.start, in: file))
            return
        }
        let range = node.aliasRange ?? node.range
        report(.outsideSubset, "a key must be a string", at: range.bytes, help: "write the key itself")
    }

    private mutating func reportNonStringKey(_ key: YAMLScalar, kind: String) {
        if key.text.isEmpty {
            report(.outsideSubset, "a key is missing", at: key.range.bytes, help: "write a key before the colon")
            return
        }
        let quoted = YAMLScalar.quoted(key.text)
        diagnostics.append(
            Diagnostic(
                .outsideSubset, .error, "a key must be a string, and `\(key.text)` is \(kind)", at: key.range,
                help: "quote it: \(quoted)", fix: .init(title: "quote the key", range: key.range, replacement: quoted)))
    }

    // MARK: Anchors

    private mutating func open(anchor name: String, _ event: YAMLEvent) -> Int {
        let range = places.property(UInt8(ascii: "&"), of: event)
        anchors.append(Anchor(name: name, range: range))
        anchorsByName[Array(name.utf8)] = anchors.count - 1
        return anchors.count - 1
    }

    private mutating func add(alias name: String, at range: Range<Int>) throws {
        guard let index = anchorsByName[Array(name.utf8)] else {
            report(
                .aliasOrSize, "no anchor '&\(name)' stands before this alias", at: range,
                help: closestAnchor(to: name) ?? "to write text that begins with `*`, quote it: \"*\(name)\"")
            throw Halt.reported
        }
        anchors[index].isUsed = true
        guard let target = anchors[index].node else {
            diagnostics.append(
                Diagnostic(
                    .aliasOrSize, .error, "the alias '*\(name)' stands inside the node it refers to",
                    at: sourceRange(range),
                    notes: [.init(range: sourceRange(anchors[index].range), message: "the node begins here")]))
            throw Halt.reported
        }
        aliasedNodes += target.weight
        if aliasedNodes > YAMLReader.mostAliasedNodes {
            report(.aliasOrSize, "aliases expand to more than \(YAMLReader.mostAliasedNodes) nodes", at: range)
            throw Halt.reported
        }
        if frames.count + target.height > YAMLReader.deepestNesting {
            report(.aliasOrSize, "collections are nested more than \(YAMLReader.deepestNesting) deep", at: range)
            throw Halt.reported
        }
        var copy = target
        copy.node.aliasRange = sourceRange(range)
        add(copy, isAlias: true)
    }

    private func closestAnchor(to name: String) -> String? {
        let names = anchors.map(\.name)
        return closestMatch(to: name, among: names).map { "did you mean '*\($0)'?" }
    }

    private mutating func reportUnusedAnchors() {
        for anchor in anchors where !anchor.isUsed {
            diagnostics.append(
                Diagnostic(
                    .unusedAnchor, .warning, "the anchor '&\(anchor.name)' is never used", at: sourceRange(anchor.range),
                    help: "remove it, or refer to it with '*\(anchor.name)'"))
        }
    }

    private mutating func checkRoot(isMapping: Bool) {
        guard let node = root else {
            report(.rootShape, "the file is empty", at: 0..<0)
            return
        }
        guard isMapping else { return }
        if case .mapping = node.content { return }
        root = nil
        if case .scalar(let scalar) = node.content, scalar.isBroken { return }
        if case .scalar(let scalar) = node.content, scalar.text.isEmpty, scalar.style == .plain {
            report(.rootShape, "the file is empty", at: 0..<0)
            return
        }
        let start = node.range.bytes.lowerBound
        report(
            .rootShape, "the file must be a mapping of keys to values, and is \(node.kindName)",
            at: start..<min(places.restOfLine(from: start).upperBound, node.range.bytes.upperBound))
    }
}

// MARK: - Saying and marking

extension TreeComposer {
    private func sourceRange(_ range: Range<Int>) -> SourceRange { places.sourceRange(range) }

    private mutating func report(_ code: DiagnosticCode, _ message: String, at range: Range<Int>, help: String? = nil) {
        diagnostics.append(Diagnostic(code, .error, message, at: sourceRange(range), help: help))
    }

    private mutating func reportTag(_ event: YAMLEvent) {
        report(
            .outsideSubset, "tags (`!name`) are not part of the language", at: places.property(UInt8(ascii: "!"), of: event),
            help: "remove it; to write text that begins with `!`, quote it")
    }

    /// Where no comment can begin: all of a scalar, of a block scalar only what follows its header line.
    private func opaquePart(of range: Range<Int>, _ style: YAMLScalar.Style) -> Range<Int> {
        guard style == .literal || style == .folded else { return range }
        return min(places.restOfLine(from: range.lowerBound).upperBound, range.upperBound)..<range.upperBound
    }

    private func brokenScalar(_ range: Range<Int>) -> YAMLScalar {
        let text = String(decoding: bytes[range], as: UTF8.self)
        let run = ScalarPositions.Run(
            text: 0, source: range.lowerBound, sourceLength: range.count, textLength: range.count)
        var scalar = YAMLScalar(
            text: text, style: .plain, range: sourceRange(range),
            positions: ScalarPositions(runs: [run], end: range.upperBound))
        scalar.isBroken = true
        return scalar
    }

    /// What follows `{{ … }}` on its line is no mistake of its own.
    private func isConsequenceOfMustache(_ problem: YAMLSyntaxProblem) -> Bool {
        guard let mustache else { return false }
        return mustache <= problem.offset && problem.offset <= places.restOfLine(from: mustache).upperBound
    }

    /// ` #` ends a plain scalar, also in the middle of `${{ … }}`.
    private func commentInsideExpression(_ scalar: YAMLScalar) -> Diagnostic? {
        let end = scalar.range.bytes.upperBound
        var index = end
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        guard index > end, index < bytes.count, bytes[index] == UInt8(ascii: "#"), scalar.text.hasOpenExpression
        else { return nil }
        let whole = places.trimmed(scalar.range.bytes.lowerBound..<places.restOfLine(from: index).upperBound)
        let quoted = YAMLScalar.quoted(String(decoding: bytes[whole], as: UTF8.self))
        let isOneLine = !bytes[whole].contains(0x0A)
        return Diagnostic(
            .syntax, .error, "` #` begins a comment in the middle of an expression", at: sourceRange(index..<index + 1),
            label: "everything from here on is a comment", help: "quote the whole value",
            fix: isOneLine ? .init(title: "quote the value", range: sourceRange(whole), replacement: quoted) : nil)
    }
}
