/// Makes one workflow of a random project.
///
/// Ids tell the checker what a step is: `c_…` a call with an undo, `q_…` a wait with a `where`.
struct RandomDefinition {
    private(set) var random: SeededGenerator
    private let features: RandomProject.Features
    /// Its number among the workflows of the project: it invokes only later ones.
    private let number: Int
    private let total: Int
    private var count = 0
    private var lines: [String] = []
    /// Steps at the top whose values the output of a real project shows.
    private var shown: [String] = []
    /// Events of one wait each, which somebody may send.
    private var own: [String] = []
    /// Inside a branch, an item or a round, where nothing returns.
    private var enclosed = 0

    static let preamble = """
        input: { n: integer, id: string }
        events:
          ping: { id: string, good: boolean }
          pong: { id: string, good: boolean }
          note: { id: string, good: boolean }
        config: { url: uri }
        secrets: [token]
        """

    static let output = "output: { n: \"${{ input.n }}\" }"

    init(random: SeededGenerator, features: RandomProject.Features, number: Int, of total: Int) {
        self.random = random
        self.features = features
        self.number = number
        self.total = total
    }

    mutating func make() -> String {
        var head = "workflow: sim-\(number)\n"
        if random.chance(250) { head += "timeout: \(random.pick(["20s", "10m", "3h", "2d"]))\n" }
        head += Self.preamble + "\n"
        if features.isReal { head = head.replacing("{ url: uri }", with: "{ url: uri, script: string }") }
        if features.gates, random.chance(500) {
            let key = random.chance(700) ? "key: \"${{ input.id }}\", " : ""
            head +=
                "concurrency: { \(key)limit: \(1 + random.below(2)), overflow: \(random.pick(["queue", "queue", "reject", "replace"])) }\n"
        }
        if features.retention {
            head += "retention: \(random.pick(["0s", "2m", "1h", "{ completed: 1m, cancelled: 3h }", "{ failed: 10s }"]))\n"
        }
        let crons = features.schedules && random.chance(700) ? cronTriggers() : ""
        if features.triggers, isLast, total > 1 {
            head +=
                "triggers:\n  - event: note\n    where: ${{ event.data.good }}\n    input: { n: 1, id: \"${{ event.data.id }}\" }\n"
        }
        if !crons.isEmpty { head += (head.contains("triggers:\n") ? "" : "triggers:\n") + crons }
        lines = []
        block("steps", indent: 0, depth: 0, place: .body)
        if random.chance(200) { clauses(indent: 0, depth: 1) }
        if random.chance(150) { block("finally", indent: 0, depth: 2, place: .cleanup) }
        let declared = own.map { "  \($0): { id: string, good: boolean }\n" }.joined()
        return head.replacing("events:\n", with: "events:\n" + declared) + lines.joined(separator: "\n") + "\n\(output)\n"
    }

    private mutating func cronTriggers() -> String {
        var text = ""
        for pattern in Set((0...random.below(2)).map { _ in random.pick(BruteForceCalendar.patterns) }).sorted() {
            let catchUp = random.pick(["none", "last", "all"])
            let overlap = catchUp == "all" ? "allow" : random.pick(["allow", "skip", "skip", "replace"])
            text +=
                "  - cron: \"\(pattern)\"\n    timezone: \(random.pick(BruteForceCalendar.zones))\n    catchup: \(catchUp)\n"
                + "    overlap: \(overlap)\n    input: { n: 1, id: i\(random.below(3)) }\n"
        }
        return text
    }

    private var output: String {
        guard features.isReal else { return Self.output }
        return "output: { n: \"${{ input.n }}\", steps: \"${{ [\(shown.joined(separator: ", "))] }}\" }"
    }

    private enum Place { case body, cleanup, clause }
    private var isLast: Bool { number == total - 1 }

    private mutating func add(_ indent: Int, _ text: String) {
        lines.append(String(repeating: " ", count: indent) + text)
    }

    private mutating func id(_ prefix: String) -> String {
        count += 1
        return "\(prefix)_\(count)"
    }

    /// The same for a step whose value the workflow's output may show.
    private mutating func id(_ prefix: String, shownAt depth: Int, _ place: Place) -> String {
        let id = id(prefix)
        if depth == 0, case .body = place { shown.append("steps.\(id)") }
        return id
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
        case 0..<30: call(indent, depth, place)
        case 30..<36 where features.children && !isLast: invoke(indent, depth, place)
        case 36..<39 where features.emits && (!isLast || !features.triggers): emit(indent)
        case 39..<46 where features.branches && depth < 3: branches(indent, depth, place)
        case 46..<56 where features.waits: wait(indent, depth, place)
        case 56..<(features.isTimed ? 58 : 61) where features.continues && depth == 0 && place == .body: continueAsNew(indent)
        case 58..<68: sleep(indent)
        case 68..<74:
            add(indent, "- id: \(id("l", shownAt: depth, place))")
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
        // Chance has no place among what a real server is compared in.
        let kind = features.isReal ? random.pick([0, 3, 4, 5]) : random.below(6)
        add(indent, "- id: \(id(hasUndo ? "c" : "a", shownAt: depth, place))")
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
            shell(inner, "echo")
        }
        let isPlain = kind >= 3
        let looped = loop(inner, isNumber: kind == 2)
        enclosed += looped ? 1 : 0
        defer { enclosed -= looped ? 1 : 0 }
        if isPlain { effectModifiers(inner, depth) }
        if hasUndo { undo(indent: inner) }
        modifiers(inner, depth, place, canFail: isPlain)
    }

    private mutating func shell(_ indent: Int, _ program: String) {
        let argv = features.isReal ? "bash, \"${{ config.script }}\"" : program
        add(indent, "call: shell")
        add(indent, "with: { argv: [\(argv), \"${{ input.id }}\"] }")
    }

    /// `foreach` or `repeat`, sometimes. True when there is one.
    private mutating func loop(_ indent: Int, isNumber: Bool, isGroup: Bool = false) -> Bool {
        guard features.loops, random.chance(isGroup ? 350 : 180) else { return false }
        if isNumber || isGroup && random.chance(400) {
            let every = random.chance(400) ? ", every: \(span([20, 700, 3_000]))" : ""
            if isGroup {
                add(indent, "repeat: { max: 4, initial: 0, until: \"${{ result >= \(random.below(3)) }}\"\(every) }")
                add(indent, "output: ${{ previous + 1 }}")
            } else {
                add(indent, "repeat: { max: 3, until: \"${{ result >= \(random.below(90)) }}\"\(every) }")
            }
            return true
        }
        let width = random.chance(500) ? ", concurrency: \(1 + random.below(4))" : ""
        switch random.below(3) {
        case 0: add(indent, "foreach: { in: [3, 1, 2]\(width) }")
        case 1: add(indent, "foreach: { in: [a, b c, ü], key: \"${{ item }}\"\(width) }")
        default:
            add(
                indent,
                "foreach: { in: \"${{ input.n % 2 == 0 ? [1, 2, 3, 4, 5] : [] }}\", as: it\(count), index: at\(count)\(width) }"
            )
        }
        return true
    }

    /// A length of time; in timed projects one that no other step has.
    private mutating func span(_ milliseconds: [Int]) -> String {
        let base = random.pick(milliseconds)
        return features.isTimed ? "\(base * 1 + random.below(base) + 1)ms" : "\(base)ms"
    }

    private mutating func invoke(_ indent: Int, _ depth: Int, _ place: Place) {
        let hasUndo = place != .cleanup && random.chance(250)
        add(indent, "- id: \(id(hasUndo ? "c" : "i", shownAt: depth, place))")
        let inner = indent + 2
        add(inner, "invoke: sim-\(number + 1 + random.below(total - number - 1))")
        add(inner, "with: { n: \"${{ input.n + \(random.below(3)) }}\", id: \"${{ input.id }}\" }")
        let isDetached = random.chance(150)
        if isDetached {
            add(inner, "detach: true")
            // Its value is the id of the child.
            shown.removeAll { $0.hasSuffix("_\(count)") }
        }
        if !features.isTimed, random.chance(250) { retry(inner) }
        if hasUndo { undo(indent: inner) }
        modifiers(inner, depth, place, canFail: true)
    }

    private mutating func emit(_ indent: Int) {
        add(indent, "- id: \(id("e"))")
        let event = features.isTimed ? "note" : random.pick(["note", "ping", "pong"])
        add(indent + 2, "emit: { event: \(event), data: { id: \"${{ input.id }}\", good: \(random.chance(600)) } }")
    }

    private mutating func continueAsNew(_ indent: Int) {
        add(indent, "- id: \(id("n"))")
        add(indent + 2, "if: ${{ input.n % 4 == \(random.below(4)) && input.n < 20 }}")
        add(indent + 2, "continue_as_new: { n: \"${{ input.n + 1 }}\", id: \"${{ input.id }}\" }")
    }

    private mutating func branches(_ indent: Int, _ depth: Int, _ place: Place) {
        let hasUndo = random.chance(150)
        add(indent, "- id: \(id(hasUndo ? "c" : "p", shownAt: depth, place))")
        enclosed += 1
        add(indent + 2, "parallel:")
        for _ in 0..<(2 + random.below(2)) { step(indent: indent + 4, depth: depth + 1, place: place) }
        let looped = loop(indent + 2, isNumber: false)
        if random.chance(100) { retry(indent + 2) }
        enclosed -= 1
        if hasUndo { undo(indent: indent + 2) }
        modifiers(indent + 2, depth, place, canFail: true)
        _ = looped
    }

    /// An undo whose first step always is a call, so that it can be seen.
    private mutating func undo(indent: Int) {
        add(indent, "compensate:")
        add(indent + 2, "- id: \(id("u"))")
        shell(indent + 4, "undo")
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

    private mutating func wait(_ indent: Int, _ depth: Int, _ place: Place) {
        let isPicky = random.chance(300)
        // It happens once in a run, so what it takes does not depend on what others took.
        let isOnly = features.isTimed && depth == 0 && place == .body
        add(indent, "- id: \(isOnly ? id(isPicky ? "q" : "w", shownAt: depth, place) : id(isPicky ? "q" : "w"))")
        let inner = indent + 2
        add(inner, "wait:")
        var event = random.pick(["ping", "ping", "pong"])
        if isOnly {
            event = "go_\(number)_\(count)"
            own.append(event)
        }
        add(inner + 2, "event: \(event)")
        if isOnly || random.chance(850) { add(inner + 2, "match: { id: \"${{ input.id }}\" }") }
        if isPicky { add(inner + 2, "where: ${{ event.data.good }}") }
        let hasTimeout = features.isTimed || random.chance(850)
        if hasTimeout { timeout(inner, depth) }
        if hasTimeout && random.chance(600) { clauses(indent: inner, depth: depth + 1) }
        if random.chance(100) { block("finally", indent: inner, depth: 3, place: .cleanup) }
    }

    private mutating func sleep(_ indent: Int) {
        add(indent, "- id: \(id("z"))")
        add(
            indent + 2,
            "sleep: \(features.isTimed ? span(features.isReal ? [50, 200, 900] : [50, 2_000, 60_000]) : random.pick(["50ms", "2s", "1m", "2h"]))"
        )
    }

    private mutating func group(_ indent: Int, _ depth: Int, _ place: Place) {
        let hasUndo = random.chance(200)
        add(indent, "- id: \(id(hasUndo ? "c" : "g", shownAt: depth, place))")
        let looped = loop(indent + 2, isNumber: false, isGroup: true)
        enclosed += looped ? 1 : 0
        block("steps", indent: indent + 2, depth: depth + 1, place: place)
        enclosed -= looped ? 1 : 0
        if random.chance(120) { retry(indent + 2) }
        if hasUndo { undo(indent: indent + 2) }
        modifiers(indent + 2, depth, place, canFail: true)
    }

    private mutating func choose(_ indent: Int, _ depth: Int, _ place: Place) {
        add(indent, "- id: \(id("x", shownAt: depth, place))")
        add(indent + 2, "switch:")
        for number in 0..<(1 + random.below(2)) {
            add(indent + 4, "- id: \(id("k"))")
            add(indent + 6, "if: ${{ input.n % 3 == \(number) }}")
            block("steps", indent: indent + 6, depth: depth + 2, place: place)
        }
        modifiers(indent + 2, depth, place, canFail: true)
    }

    private mutating func stop(_ indent: Int, _ depth: Int) {
        var indent = indent
        if features.isTimed, enclosed > 0 {
            // Not in the moment in which what is beside it begins.
            add(indent, "- id: \(id("g"))")
            add(indent + 2, "steps:")
            indent += 4
            sleep(indent)
        }
        let mayReturn = enclosed == 0 && depth < 3 && random.chance(300)
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
        let isComputed = features.isTimed || random.chance(400)
        let factors = features.isReal ? [17, 150, 700] : [17, 700, 40_000]
        let computed =
            features.isTimed
            ? "${{ duration(string(input.n * \(random.pick(factors)) + \(1 + random.below(9_000))) + 'ms') }}"
            : "${{ duration(string(input.n * \(random.pick([1, 7, 400])) + 1) + 's') }}"
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
