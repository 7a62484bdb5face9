import Values
import WorkflowGraph

/// A memo key (language.md §9), or what an author writes for several of them: a segment without item, round or attempt stands
/// for every one.
struct StepPath: Sendable, Hashable {
    struct Segment: Sendable, Hashable {
        /// Empty for the file itself.
        var id = ""
        /// As it stands in the key, percent-encoded.
        var item: String?
        var round: String?
        var attempt: String?
        /// `catch0`, `undo` or `finally`.
        var phase: String?
        /// Where it stands in the key, in bytes.
        var bytes = 0..<0

        /// Whether this segment of a path stands for that segment of a key.
        func covers(_ other: Segment) -> Bool {
            func agrees(_ own: String?, _ theirs: String?) -> Bool { own == nil || own == theirs }
            return id == other.id && phase == other.phase && agrees(item, other.item) && agrees(round, other.round)
                && agrees(attempt, other.attempt)
        }

        var markers: Int { (item == nil ? 0 : 1) + (round == nil ? 0 : 1) + (attempt == nil ? 0 : 1) }
    }

    let text: String
    let segments: [Segment]

    /// Nil when the text cannot be a key.
    init?(_ text: String) {
        var segments: [Segment] = []
        var start = 0
        for part in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard var segment = Self.segment(part) else { return nil }
            segment.bytes = start..<start + part.count
            start += part.count + 1
            segments.append(segment)
        }
        self.text = text
        self.segments = segments
    }

    /// How many items, rounds and attempts it names: of two paths that cover a key the more exact one counts.
    var exactness: Int { segments.reduce(0) { $0 + $1.markers } }

    func covers(_ key: StepPath) -> Bool {
        segments.count == key.segments.count && zip(segments, key.segments).allSatisfy { $0.covers($1) }
    }

    /// `[ id ] [ "[" item "]" ] [ "#" round ] [ "~" attempt ] [ "." phase ]`
    private static func segment(_ part: Substring.UTF8View) -> Segment? {
        var rest = part[...]
        var segment = Segment()
        segment.id = take(&rest) { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
        if rest.first == UInt8(ascii: "[") {
            rest = rest.dropFirst()
            segment.item = take(&rest) { $0 != UInt8(ascii: "]") }
            guard rest.popFirst() == UInt8(ascii: "]") else { return nil }
        }
        for (mark, path) in [("#", \Segment.round), ("~", \Segment.attempt)] where rest.first == mark.utf8.first {
            rest = rest.dropFirst()
            let number = take(&rest, while: isDigit)
            if number.isEmpty { return nil }
            segment[keyPath: path] = number
        }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            segment.phase = take(&rest) { isLower($0) || isDigit($0) }
        }
        let isNothing = segment.id.isEmpty && segment.phase == nil
        return rest.isEmpty && !isNothing ? segment : nil
    }

    private static func take(_ rest: inout Substring.UTF8View.SubSequence, while belongs: (UInt8) -> Bool) -> String {
        let taken = rest.prefix(while: belongs)
        rest = rest.dropFirst(taken.count)
        return String(decoding: taken, as: UTF8.self)
    }

    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension StepGraph {
    /// Where a path leads.
    struct StepPlace {
        var step: StepNodes
        /// The composite calls it goes through, outermost first, each with the number of segments that lead to it.
        var composites: [(node: NodeIndex, segments: Int)] = []
    }

    /// Why a path leads nowhere.
    struct PathProblem: Error {
        enum Reason {
            case unknownStep(id: String, known: [String])
            /// The step has nothing inside.
            case noBody(id: String)
            case unknownPhase(String, of: String, known: [String])
            case noLoop(id: String, marker: String)
            /// It ends in a body instead of a step.
            case incomplete
        }
        var reason: Reason
        var bytes: Range<Int>
    }

    func place(of path: StepPath) -> Result<StepPlace, PathProblem> {
        var list = [NodeIndex]()
        var file: StepNodes? = StepNodes(main.root, in: self)
        if let file { list = self.steps(inside: file.verb) }
        var composites: [(NodeIndex, Int)] = []
        for (position, segment) in path.segments.enumerated() {
            let isLast = position == path.segments.count - 1
            func problem(_ reason: PathProblem.Reason) -> Result<StepPlace, PathProblem> {
                .failure(PathProblem(reason: reason, bytes: segment.bytes))
            }
            var step: StepNodes
            if segment.id.isEmpty {
                guard let own = file else { return problem(.unknownStep(id: path.text, known: ids(list))) }
                step = own
            } else {
                guard let found = list.first(where: { self[$0].id == segment.id }) else {
                    return problem(.unknownStep(id: segment.id, known: ids(list)))
                }
                step = StepNodes(found, in: self)
                if segment.item != nil, !step.isForeach { return problem(.noLoop(id: segment.id, marker: "foreach")) }
                if segment.round != nil, !step.isRepeat { return problem(.noLoop(id: segment.id, marker: "repeat")) }
            }
            if let phase = segment.phase {
                guard let block = block(of: phase, step) else {
                    let id = segment.id.isEmpty ? "the file" : "'\(segment.id)'"
                    return problem(.unknownPhase(phase, of: id, known: phases(step)))
                }
                if isLast { return problem(.incomplete) }
                list = self[block].steps
                file = nil
                continue
            }
            if isLast { return .success(StepPlace(step: step, composites: composites)) }
            file = nil
            if case .composite(let call) = self[step.verb].kind {
                composites.append((step.verb, position + 1))
                step = StepNodes(self[call.file].root, in: self)
                file = step
            }
            list = self.steps(inside: step.verb)
            if list.isEmpty { return problem(.noBody(id: segment.id)) }
        }
        return .failure(PathProblem(reason: .incomplete, bytes: 0..<path.text.utf8.count))
    }

    private func ids(_ list: [NodeIndex]) -> [String] { list.map { self[$0].id } }

    private func block(of phase: String, _ step: StepNodes) -> BlockIndex? {
        switch phase {
        case "undo": step.compensate
        case "finally": step.finally
        default:
            step.clauses.enumerated().first { "catch\($0.offset)" == phase }?.element.steps
        }
    }

    private func phases(_ step: StepNodes) -> [String] {
        step.clauses.indices.filter { step.clauses[$0].steps != nil }.map { "catch\($0)" }
            + (step.compensate == nil ? [] : ["undo"]) + (step.finally == nil ? [] : ["finally"])
    }
}
