import Diagnostics
import YAMLSyntax

/// Makes mistakes of every kind at every place of a text where they can be made.
struct Mutator {
    let text: String
    private let bytes: [UInt8]
    private let root: YAMLNode?

    init(text: String) {
        self.text = text
        bytes = Array(text.utf8)
        root = YAMLReader.read(SourceFile(path: "base.yaml", text: text)).root
    }

    func all(_ random: inout SplitMix) -> [Mutation] {
        guard let root else { return [] }
        var found: [Mutation] = []
        walk(root, .definition) { site in found += mutations(at: site, &random) }
        found += expressionMutations(&random)
        return found
    }

    // MARK: Sites

    /// What a mapping is: which of the language's keys it has.
    enum Role: String {
        case definition, step, wait, emit, fail, foreach, `repeat`, retry, clause, trigger, concurrency
        /// The author's own keys.
        case free
    }

    struct Site {
        var role: Role
        var pair: YAMLPair
        var pairs: [YAMLPair]
        var index: Int
        var mapping: SourceRange
    }

    private func walk(_ node: YAMLNode, _ role: Role, _ visit: (Site) -> Void) {
        guard case .mapping(let pairs) = node.content else { return }
        for (index, pair) in pairs.enumerated() {
            visit(Site(role: role, pair: pair, pairs: pairs, index: index, mapping: node.range))
            for (child, childRole) in children(of: pair, in: role) { walk(child, childRole, visit) }
        }
    }

    private func children(of pair: YAMLPair, in role: Role) -> [(YAMLNode, Role)] {
        let items: [YAMLNode]
        if case .sequence(let nodes) = pair.value.content { items = nodes } else { items = [pair.value] }
        switch (pair.key.text, role) {
        case ("steps", .definition), ("steps", .step), ("steps", .clause), ("parallel", .step), ("switch", .step),
            ("compensate", .step), ("finally", .step), ("finally", .definition):
            return items.map { ($0, .step) }
        case ("catch", .definition), ("catch", .step): return items.map { ($0, .clause) }
        case ("triggers", .definition): return items.map { ($0, .trigger) }
        case ("concurrency", .definition), ("wait", .step), ("emit", .step), ("fail", .step), ("foreach", .step),
            ("repeat", .step), ("retry", .step):
            return Role(rawValue: pair.key.text).map { [(pair.value, $0)] } ?? []
        default: return []
        }
    }

    // MARK: Mistakes in the structure

    private func mutations(at site: Site, _ random: inout SplitMix) -> [Mutation] {
        let key = site.pair.key.text
        var found: [Mutation] = []
        if key.utf8.count > 3 {
            let wrong = misspelt(key, &random)
            found.append(replacing(site.pair.key.range.bytes, wrong, "misspelt key", [1101]))
        }
        found += removals(site)
        found += values(site, &random)
        if site.role == .step { found += steps(site, &random) }
        return found
    }

    private static let required: [Role: Set<String>] = [
        .step: ["id"], .wait: ["event"], .emit: ["event"], .fail: ["code", "message"], .foreach: ["in"], .repeat: ["max"],
        .definition: ["steps"],
    ]

    private func removals(_ site: Site) -> [Mutation] {
        guard Self.required[site.role]?.contains(site.pair.key.text) == true, site.pairs.count > 1 else { return [] }
        let (start, end) =
            site.index + 1 < site.pairs.count
            ? (site.pair.key.range.bytes.lowerBound, site.pairs[site.index + 1].key.range.bytes.lowerBound)
            : (site.pairs[site.index - 1].value.range.bytes.upperBound, site.pair.value.range.bytes.upperBound)
        let mutated = Array(bytes[..<start] + bytes[end...])
        // Anywhere in what lacks it, or at the key that introduces it.
        let lower = site.role == .definition ? 0 : max(0, site.mapping.bytes.lowerBound - 40)
        return [
            Mutation(
                kind: "required key removed", text: String(decoding: mutated, as: UTF8.self), codes: [1102],
                place: lower..<max(lower, site.mapping.bytes.upperBound - (end - start)))
        ]
    }

    private static let durations: Set<String> = ["timeout", "delay", "max_delay", "every", "sleep", "retention"]

    private func values(_ site: Site, _ random: inout SplitMix) -> [Mutation] {
        guard case .scalar(let scalar) = site.pair.value.content else {
            let wrong = ["steps", "wait", "fail", "triggers"].contains(site.pair.key.text) && site.role != .free
            return wrong ? [replacing(site.pair.value.range.bytes, "7\n", "wrong kind of node", [1103])] : []
        }
        let (range, value) = (scalar.range.bytes, scalar.text)
        let isPlain = scalar.style == .plain && !value.contains("${{")
        var found: [Mutation] = []
        func add(_ wrong: String, _ kind: String, _ codes: Set<Int>) { found.append(replacing(range, wrong, kind, codes)) }
        switch (site.role, site.pair.key.text) {
        case (_, let key) where Self.durations.contains(key) && isPlain && value.utf8.first.map(isDigit) == true:
            let wrong = [value + "ays", value.dropLast() + "M", String(value.dropLast()), "1h 30m", "soon"]
            add(wrong.randomElement(using: &random) ?? "soon", "bad duration", [5106, 1104, 3108])
        case (.trigger, "cron"):
            add(
                ["'61 * * * *'", "'0 9 * *'", "'0 9 * * FOO'", "'*/0 * * * *'"].randomElement(using: &random) ?? "", "bad cron",
                [5101])
        case (.trigger, "timezone"): add("Europe/Berlni", "bad time zone", [5105])
        case (.trigger, "catchup"), (.trigger, "overlap"), (.concurrency, "overflow"):
            add(misspelt(value, &random), "value not in the set", [1105])
        case (.step, "call"), (.step, "invoke"):
            add(misspelt(value, &random), "misspelt action or workflow", [2110])
        case (.wait, "event"), (.emit, "event"): add(misspelt(value, &random), "misspelt event", [2113])
        case (.repeat, "max"), (.retry, "attempts"), (.foreach, "concurrency"), (.concurrency, "limit"), (.step, "retry"):
            add("many", "wrong type", [1104, 1103])
        case (.step, "at_most_once"), (.fail, "retryable"), (.retry, "jitter"): add("maybe", "wrong type", [1104])
        case (.step, "if"), (.clause, "if"), (.repeat, "until"), (.wait, "where"):
            add("\"${{ 'text' }}\"", "condition is not bool", [3107])
        default: break
        }
        return found
    }

    private func steps(_ site: Site, _ random: inout SplitMix) -> [Mutation] {
        guard site.pair.key.text == "id", case .scalar(let scalar) = site.pair.value.content else {
            return companions(site, &random)
        }
        var found = [replacing(scalar.range.bytes, "Bad-Id", "bad id", [1110])]
        let isFlow = bytes[site.mapping.bytes.lowerBound] == UInt8(ascii: "{")
        let column = site.pair.key.range.start.column - 1
        let separator = isFlow ? ", " : "\n" + String(repeating: " ", count: column)
        let second = site.pairs.contains { $0.key.text == "sleep" } ? "let: { x: 1 }" : "sleep: 1s"
        var doubled = replacing(
            scalar.range.bytes, scalar.text + separator + second, "two verbs", [1107])
        doubled.place = site.mapping.bytes.lowerBound..<site.mapping.bytes.upperBound + separator.utf8.count + second.utf8.count
        found.append(doubled)
        return found
    }

    /// Inputs of calls: known to the action, not to the language.
    private func companions(_ site: Site, _ random: inout SplitMix) -> [Mutation] {
        guard site.pair.key.text == "with", case .mapping(let inputs) = site.pair.value.content else { return [] }
        return inputs.filter { $0.key.text.utf8.count > 3 }.map { input in
            replacing(input.key.range.bytes, misspelt(input.key.text, &random), "misspelt input of a call", [2111])
        }
    }

    // MARK: Mistakes in expressions

    private func expressionMutations(_ random: inout SplitMix) -> [Mutation] {
        var found: [Mutation] = []
        for (prefix, kind, codes) in [
            ("steps.", "misspelt step", Set([2101])), ("input.", "misspelt field", [3104]),
            ("config.", "misspelt setting", [2120]),
            ("secrets.", "misspelt secret", [2120]),
        ] {
            for start in occurrences(of: prefix) where isInExpression(start) {
                let name = start + prefix.utf8.count..<wordEnd(start + prefix.utf8.count)
                guard name.count > 2 else { continue }
                let wrong = misspelt(String(decoding: bytes[name], as: UTF8.self), &random)
                var mutation = replacing(name, wrong, kind, codes)
                // The name alone, or with what it belongs to.
                mutation.place = start..<mutation.place.upperBound
                found.append(mutation)
            }
        }
        for function in ["size(", "all(", "filter(", "upperAscii(", "contains(", "orValue(", "duration(", "string(", "map("] {
            for start in occurrences(of: function) where isInExpression(start) && !isLetter(bytes[start - 1]) {
                let name = start..<start + function.utf8.count - 1
                found.append(replacing(name, misspelt(String(function.dropLast()), &random), "misspelt function", [3106]))
            }
        }
        for start in occurrences(of: " == ") where isInExpression(start) {
            found.append(replacing(start + 1..<start + 3, "=", "expression syntax", [3101]))
        }
        for start in occurrences(of: " && ") where isInExpression(start) {
            found.append(replacing(start + 1..<start + 3, "and", "expression syntax", [3101]))
        }
        for start in occurrences(of: " != null && ") where isInExpression(start) {
            var name = start
            while name > 0, isLetter(bytes[name - 1]) || bytes[name - 1] == UInt8(ascii: ".") { name -= 1 }
            var mutation = replacing(name..<start + " != null && ".utf8.count, "", "null guard lost", [3110])
            mutation.place = name..<lineEnd(name)
            found.append(mutation)
        }
        return found
    }

    private func isInExpression(_ index: Int) -> Bool {
        let before = bytes[max(0, index - 200)..<index]
        guard let open = before.lastRange(of: Array("${{".utf8)) else { return false }
        return !before[open.upperBound...].contains(Array("}}".utf8))
    }

    // MARK: Texts

    private func replacing(_ range: Range<Int>, _ wrong: String, _ kind: String, _ codes: Set<Int>) -> Mutation {
        let mutated = Array(bytes[..<range.lowerBound] + wrong.utf8 + bytes[range.upperBound...])
        return Mutation(
            kind: kind, text: String(decoding: mutated, as: UTF8.self), codes: codes,
            place: range.lowerBound..<range.lowerBound + wrong.utf8.count)
    }

    /// Two letters changed about, one left out, or one too many.
    private func misspelt(_ word: String, _ random: inout SplitMix) -> String {
        var letters = Array(word.utf8)
        let position = Int.random(in: 1..<max(2, letters.count - 1), using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0 where letters.count > 3 && letters[position] != letters[position + 1]: letters.swapAt(position, position + 1)
        case 1 where letters.count > 3: letters.remove(at: position)
        default: letters.insert(UInt8(ascii: "q"), at: position)
        }
        return String(decoding: letters, as: UTF8.self)
    }

    private func occurrences(of part: String) -> [Int] {
        let wanted = Array(part.utf8)
        return bytes.indices.filter { bytes[$0...].starts(with: wanted) && ($0 == 0 || bytes[$0 - 1] != UInt8(ascii: "_")) }
    }

    private func wordEnd(_ start: Int) -> Int {
        var end = start
        while end < bytes.count, isLetter(bytes[end]) || isDigit(bytes[end]) { end += 1 }
        return end
    }

    private func lineEnd(_ start: Int) -> Int { bytes[start...].firstIndex(of: 0x0A) ?? bytes.count }
    private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") }
    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension ArraySlice<UInt8> {
    fileprivate func lastRange(of part: [UInt8]) -> Range<Int>? {
        indices.reversed().first { self[$0...].starts(with: part) }.map { $0..<$0 + part.count }
    }
}
