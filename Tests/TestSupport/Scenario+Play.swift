package import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

extension Scenario {
    /// Plays a definition through: open steps are answered in the order in which they were asked for.
    /// - Parameter failing: the first action, child or event inside this step fails, once, with `broken`.
    /// - Returns: the script, with the commands that followed.
    package static func play(_ graph: StepGraph, failing step: String?) throws -> String {
        var scenario = Scenario(graph: graph)
        var lines: [String] = []
        var failing = step
        var next: String? = "start"
        while let line = next {
            lines.append("> " + line)
            lines += try scenario.take(line).map { "< " + $0 }
            next = scenario.answer(&failing)
            if lines.count > 200 { throw ScenarioError("it does not end") }
        }
        try scenario.checkPrefixes()
        return lines.joined(separator: "\n")
    }

    /// To what has been open the longest.
    private func answer(_ failing: inout String?) -> String? {
        guard let open = oldestOpen else { return nil }
        let key = open.key
        switch open.verb {
        case .call, .invoke, .emit:
            if let step = failing, key.text.hasPrefix(step) {
                failing = nil
                return "\(key) failed broken retryable"
            }
            return "\(key) completed \(open.verb == .emit ? #"{"id": "e1"}"# : #""done""#)"
        case .sleep: return "\(key) completed null"
        case .wait: return "\(key) event \(Self.playedEvent) {\"id\": \"x\"}"
        case .signal: return nil
        }
    }

    /// The event that waits of played definitions are for.
    package static var playedEvent: String { "happened" }
}
