/// Makes workflows of the verbs and modifiers that run today, as the text an author would write.
///
/// Ids tell the checker what a step is: `c_…` a call with an undo, `q_…` a wait with a `where`.
struct RandomDefinition {
    private var random: SeededGenerator
    private var count = 0
    private var lines: [String] = []

    static let preamble = """
        input: { n: integer, id: string }
        events:
          ping: { id: string, good: boolean }
          pong: { id: string, good: boolean }
        config: { url: uri }
        secrets: [token]
        """

    /// The text of a workflow named `name`.
    static func text(named name: String, seed: UInt64) -> String {
        var maker = RandomDefinition(random: SeededGenerator.derived(seed, name))
        return maker.make(name)
    }

    private init(random: SeededGenerator) { self.random = random }

    private mutating func make(_ name: String) -> String {
        var head = "workflow: \(name)\n"
        if random.chance(250) { head += "timeout: \(random.pick(["20s", "10m", "3h", "2d"]))\n" }
        head += Self.preamble + "\n"
        lines = []
        block("steps", indent: 0, depth: 0, place: .body)
        if random.chance(200) { clauses(indent: 0, depth: 1) }
        if random.chance(150) { block("finally", indent: 0, depth: 2, place: .cleanup) }
        return head + lines.joined(separator: "\n") + "\noutput: { n: \"${{ input.n }}\" }\n"
    }

    private enum Place { case body, cleanup, clause }

    private mutating func add(_ indent: Int, _ text: String) {
        lines.append(String(repeating: " ", count: indent) + text)
    }

    private mutating func id(_ prefix: String) -> String {
        count += 1
        return "\(prefix)_\(count)"
    }

    private mutating func block(_ key: String, indent: Int, depth: Int, place: Place) {
        add(indent, "\(key):")
        let steps = place == .cleanup ? 1 + random.below(2) : depth == 0 ? 2 + random.below(4) : 1 + random.below(3)
        for _ in 0..<steps { step(indent: indent + 2, depth: depth, place: place) }
    }

    private mutating func step(indent: Int, depth: Int, place: Place) {
        let choice = random.below(100)
        if place == .cleanup { return choice < 80 ? call(indent, depth, place) : sleep(indent) }
        switch choice {
        case 0..<38: call(indent, depth, place)
        case 38..<58: wait(indent, depth)
        case 58..<68: sleep(indent)
        case 68..<74:
            add(indent, "- id: \(id("l"))")
            add(indent + 2, "let: { half: \"${{ input.n / 2 }}\", text: \"n is ${{ input.n }}\" }")
        case 74..<86 where depth < 3: group(indent, depth, place)
        case 86..<94 where depth < 3: choose(indent, depth, place)
        case 94..<98: stop(indent, depth)
        default: call(indent, depth, place)
        }
    }

    // MARK: - Verbs

    private mutating func call(_ indent: Int, _ depth: Int, _ place: Place) {
        let hasUndo = place != .cleanup && random.chance(350)
        let kind = random.below(6)
        add(indent, "- id: \(id(hasUndo ? "c" : "a"))")
        let inner = indent + 2
        switch kind {
        case 0:
            add(inner, "call: log")
            add(inner, "with: { message: \"step \(count) of ${{ input.n }}\" }")
        case 1: add(inner, "call: random.uuid")
        case 2:
            add(inner, "call: random.int")
            add(inner, "with: { min: 0, max: 99 }")
        case 3:
            add(inner, "call: http.post")
            add(inner, "with:")
            add(inner + 2, "url: ${{ config.url }}/things/\(count)")
            add(inner + 2, "headers: { Authorization: \"Bearer ${{ secrets.token }}\" }")
            add(inner + 2, "body: { n: \"${{ input.n }}\" }")
        default:
            add(inner, "call: shell")
            add(inner, "with: { argv: [echo, \"${{ input.id }}\"] }")
        }
        let isPlain = kind >= 3
        if isPlain { effectModifiers(inner, depth) }
        if hasUndo { undo(indent: inner) }
        modifiers(inner, depth, place, canFail: isPlain)
    }

    /// An undo whose first step always is a call, so that it can be seen.
    private mutating func undo(indent: Int) {
        add(indent, "compensate:")
        add(indent + 2, "- id: \(id("u"))")
        add(indent + 4, "call: shell")
        add(indent + 4, "with: { argv: [undo, \"${{ input.id }}\"] }")
        if random.chance(600) { add(indent + 4, "retry: 4") }
    }

    private mutating func effectModifiers(_ indent: Int, _ depth: Int) {
        if random.chance(150) {
            add(indent, "at_most_once: true")
        } else if random.chance(450) {
            retry(indent)
        }
    }

    private mutating func retry(_ indent: Int) {
        switch random.below(4) {
        case 0: add(indent, "retry: \(2 + random.below(4))")
        case 1: add(indent, "retry: { attempts: 3, delay: \(random.pick(["100ms", "5s", "2m"])), backoff: 1, jitter: false }")
        case 2:
            add(
                indent,
                "retry: { attempts: 3, delay: 1s, errors: [http.5*, timeout], timeout: \(random.pick(["500ms", "20s"])) }")
        default: add(indent, "retry: { attempts: 2, delay: 10s, errors: http.* }")
        }
    }

    private mutating func wait(_ indent: Int, _ depth: Int) {
        let isPicky = random.chance(300)
        add(indent, "- id: \(id(isPicky ? "q" : "w"))")
        let inner = indent + 2
        add(inner, "wait:")
        add(inner + 2, "event: \(random.pick(["ping", "ping", "pong"]))")
        if random.chance(850) { add(inner + 2, "match: { id: \"${{ input.id }}\" }") }
        if isPicky { add(inner + 2, "where: ${{ event.data.good }}") }
        let hasTimeout = random.chance(850)
        if hasTimeout { timeout(inner, depth) }
        if hasTimeout && random.chance(600) { clauses(indent: inner, depth: depth + 1) }
        if random.chance(100) { block("finally", indent: inner, depth: 3, place: .cleanup) }
    }

    private mutating func sleep(_ indent: Int) {
        add(indent, "- id: \(id("z"))")
        add(indent + 2, "sleep: \(random.pick(["50ms", "2s", "1m", "2h"]))")
    }

    private mutating func group(_ indent: Int, _ depth: Int, _ place: Place) {
        let hasUndo = random.chance(200)
        add(indent, "- id: \(id("g"))")
        block("steps", indent: indent + 2, depth: depth + 1, place: place)
        if hasUndo { undo(indent: indent + 2) }
        modifiers(indent + 2, depth, place, canFail: true)
    }

    private mutating func choose(_ indent: Int, _ depth: Int, _ place: Place) {
        add(indent, "- id: \(id("x"))")
        add(indent + 2, "switch:")
        for number in 0..<(1 + random.below(2)) {
            add(indent + 4, "- id: \(id("k"))")
            add(indent + 6, "if: ${{ input.n % 3 == \(number) }}")
            block("steps", indent: indent + 6, depth: depth + 2, place: place)
        }
        modifiers(indent + 2, depth, place, canFail: true)
    }

    private mutating func stop(_ indent: Int, _ depth: Int) {
        let mayReturn = depth < 3 && random.chance(300)
        add(indent, "- id: \(id("f"))")
        add(indent + 2, "if: ${{ input.n % 4 == \(random.below(4)) }}")
        if mayReturn {
            add(indent + 2, "return: { n: 1 }")
        } else {
            add(
                indent + 2,
                "fail: { code: author.\(random.pick(["one", "two"])), message: no, retryable: \(random.chance(500)) }")
        }
    }

    // MARK: - Modifiers

    private mutating func modifiers(_ indent: Int, _ depth: Int, _ place: Place, canFail: Bool) {
        if random.chance(120) { add(indent, "if: ${{ input.n % 2 == \(random.below(2)) }}") }
        guard canFail, place != .cleanup else { return }
        if random.chance(200) { timeout(indent, depth) }
        if random.chance(220) { clauses(indent: indent, depth: depth + 1) }
        if random.chance(120) { block("finally", indent: indent, depth: 3, place: .cleanup) }
    }

    /// Literal ones get shorter inwards, as `validate` wants it; computed ones may come at any time.
    private mutating func timeout(_ indent: Int, _ depth: Int) {
        let literals = [["5h", "30h"], ["2m", "30m"], ["5s", "20s"], ["300ms", "1s"]]
        let isComputed = random.chance(400)
        let computed = "${{ duration(string(input.n * \(random.pick([1, 7, 400])) + 1) + 's') }}"
        add(indent, "timeout: \(isComputed ? computed : random.pick(literals[min(depth, 3)]))")
    }

    private mutating func clauses(indent: Int, depth: Int) {
        add(indent, "catch:")
        let codes = random.pick(["timeout", "author.*", "[http.*, shell.*, timeout]", ""])
        add(indent + 2, codes.isEmpty ? "- output: { caught: \"${{ error.code }}\" }" : "- errors: \(codes)")
        if !codes.isEmpty, depth < 3, random.chance(500) {
            block("steps", indent: indent + 4, depth: depth + 1, place: .clause)
        }
    }
}
