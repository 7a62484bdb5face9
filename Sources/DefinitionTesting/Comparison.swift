import Values
import WorkflowGraph
import WorkflowJournal

/// One thing that is not as the case expects it, ready to be shown.
package struct Difference: Sendable, Hashable {
    /// What is compared: `status`, `calls`, `output of child ship`.
    package var subject: String
    /// Lines; `-` begins what was expected, `+` what came instead, a space what is the same.
    package var lines: [String]

    package init(_ subject: String, _ lines: [String]) {
        self.subject = subject
        self.lines = lines
    }

    init(_ subject: String, expected: String, actual: String) {
        self.init(subject, ["- \(expected)", "+ \(actual)"])
    }
}

/// Compares what happened with what was expected.
struct Comparison {
    let record: CaseRecord
    private(set) var differences: [Difference] = []

    init(_ record: CaseRecord, _ testCase: TestCase) {
        self.record = record
        guard let root = record.rootInstance else { return }
        compare(root, testCase.expectation, scope: "")
        if let took = testCase.expectation.took, let ended = root.endedAt {
            let actual = ended.since(testCase.start)
            if actual != took { add("took", took.words, actual.words, "") }
        }
    }

    private mutating func add(_ subject: String, _ expected: String, _ actual: String, _ scope: String) {
        differences.append(Difference(subject + scope, expected: expected, actual: actual))
    }

    private mutating func compare(_ instance: CaseRecord.Instance, _ expected: Expectation, scope: String) {
        compareStatus(instance, expected, scope)
        if let output = expected.output, JSON.text(output) != JSON.text(instance.output) {
            let lines = LineDifference.lines(expected: JSON.lines(output), actual: JSON.lines(instance.output))
            differences.append(Difference("output" + scope, lines))
        }
        if let error = expected.error { compare(error, with: instance.failure, scope) }
        if let calls = expected.calls, calls != instance.calls.map(\.step) {
            let lines = LineDifference.lines(expected: calls, actual: instance.calls.map(\.step))
            differences.append(Difference("calls" + scope, lines))
        }
        compare(expected.mails, with: instance.mails.map(\.comparable), "mails", scope)
        compare(expected.logs, with: instance.logs.map(\.comparable), "logs", scope)
        let emitted = expected.emitted?.map { event -> Value in
            event.data.map { ["event": .string(event.event), "data": $0] } ?? ["event": .string(event.event)]
        }
        compare(
            emitted, with: instance.emitted.map { ["event": .string($0.event), "data": JSON.normalised($0.data)] }, "emitted",
            scope)
        if let isIncomplete = expected.isCleanupIncomplete, isIncomplete != instance.isCleanupIncomplete {
            let words = { $0 ? "incomplete" : "complete" }
            add("cleanup", words(isIncomplete), words(instance.isCleanupIncomplete), scope)
        }
        for (path, expectation) in expected.children {
            let found = instance.children.first { StepPath($0.step).map(path.covers) ?? false }
            guard let found, let child = record.instances[found.id] else {
                add("child \(path.text)", "was started", "was not started", scope)
                continue
            }
            compare(child, expectation, scope: " of child \(found.step)\(scope)")
        }
    }

    private mutating func compareStatus(_ instance: CaseRecord.Instance, _ expected: Expectation, _ scope: String) {
        let cause = instance.failure.map { " (\($0.code): \($0.message))" } ?? ""
        let actual = instance.status.rawValue + cause
        if expected.isAnyFailure {
            if !instance.status.isTerminal || instance.status == .completed {
                add("status", "failed, cancelled or timed_out", actual, scope)
            }
        } else if let status = expected.status, status != instance.status {
            add("status", status.rawValue, actual, scope)
        }
    }

    private mutating func compare(_ expected: Expectation.Error, with failure: Failure?, _ scope: String) {
        guard let failure else {
            add("error", expected.code ?? expected.message ?? "an error", "no error", scope)
            return
        }
        if let code = expected.code, code != failure.code {
            add("error", code, "\(failure.code): \(failure.message)", scope)
        }
        if let message = expected.message, message != failure.message {
            add("error message", message, failure.message, scope)
        }
        if let data = expected.data, JSON.text(JSON.normalised(data)) != JSON.text(JSON.normalised(failure.data)) {
            differences.append(
                Difference(
                    "error data" + scope, LineDifference.lines(expected: JSON.lines(data), actual: JSON.lines(failure.data))))
        }
    }

    /// Lists of records of which only the given fields are compared.
    private mutating func compare(_ expected: [Value]?, with actual: [Value], _ subject: String, _ scope: String) {
        guard let expected else { return }
        let isSame = expected.count == actual.count && zip(expected, actual).allSatisfy { $1.has($0) }
        if isSame { return }
        var shown: [String] = []
        for (index, value) in actual.enumerated() {
            // Where it agrees, it is shown as it was expected.
            let agrees = index < expected.count && value.has(expected[index])
            shown.append(JSON.text(agrees ? expected[index] : value))
        }
        let lines = LineDifference.lines(expected: expected.map { JSON.text($0) }, actual: shown)
        differences.append(Difference(subject + scope, lines))
    }
}

extension Value {
    /// Whether every field of a record that is given here is there with that value.
    fileprivate func has(_ expected: Value) -> Bool {
        guard case .map(let fields) = expected else { return JSON.text(self) == JSON.text(expected) }
        return fields.allSatisfy { field in
            guard case .string(let name) = field.key else { return false }
            let own = self[name] ?? .null
            // One address is the list of it.
            if case .list(let items) = own, items.count == 1, case .string = field.value { return items[0] == field.value }
            return JSON.text(JSON.normalised(own)) == JSON.text(JSON.normalised(field.value))
        }
    }
}

extension CaseRecord.Mail {
    fileprivate var comparable: Value {
        guard case .map(var map) = JSON.normalised(input) else { return input }
        map["step"] = .string(step)
        return .map(map)
    }
}

extension LogRow {
    fileprivate var comparable: Value {
        ["step": .string(key?.text ?? ""), "message": .string(message), "level": .string(level), "data": JSON.normalised(data)]
    }
}

extension JSON {
    static func lines(_ value: Value) -> [String] {
        let text = text(value)
        if text.utf8.count <= 100 { return [text] }
        return prettyText(value).split(separator: "\n").map(String.init)
    }
}

extension TimeSpan {
    /// As authors write it: `7d`, `1h30m`.
    var words: String {
        var rest = microseconds / 1_000
        guard rest > 0 else { return "0s" }
        var text = ""
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] as [(String, Int64)]
        where rest >= length {
            text += "\(rest / length)\(unit)"
            rest %= length
        }
        return text
    }
}

/// Two lists of lines as one, in which each says where it comes from.
enum LineDifference {
    /// Longer lists are shown one after the other.
    private static let limit = 400

    static func lines(expected: [String], actual: [String]) -> [String] {
        guard expected.count <= limit, actual.count <= limit else {
            return expected.map { "- \($0)" } + actual.map { "+ \($0)" }
        }
        // Longest common subsequence, from the end.
        var lengths = [[Int]](repeating: Array(repeating: 0, count: actual.count + 1), count: expected.count + 1)
        for i in expected.indices.reversed() {
            for j in actual.indices.reversed() {
                lengths[i][j] =
                    expected[i] == actual[j] ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var lines: [String] = []
        var (i, j) = (0, 0)
        while i < expected.count || j < actual.count {
            if i < expected.count, j < actual.count, expected[i] == actual[j] {
                lines.append("  \(expected[i])")
                (i, j) = (i + 1, j + 1)
            } else if i < expected.count, j == actual.count || lengths[i + 1][j] >= lengths[i][j + 1] {
                lines.append("- \(expected[i])")
                i += 1
            } else {
                lines.append("+ \(actual[j])")
                j += 1
            }
        }
        return lines
    }
}
