import Diagnostics
import WorkflowDefinitions
import YAMLSyntax

// The section `diagnostics` of `wfrun.yaml`:
//
//     diagnostics:
//       WF5116: off
//       WF5107: { severity: error, paths: ["definitions/batch/**"] }
//       WF2109: [{ severity: off, paths: ["definitions/drafts/**"] }, { severity: error, paths: ["definitions/live/**"] }]

extension SettingsFile {
    mutating func takeDiagnostics(_ node: YAMLNode, problems: inout [String]) {
        guard case .mapping(let pairs) = node.content else {
            problems.append("\(Self.place(node.range)): 'diagnostics' must be a mapping from codes to severities")
            return
        }
        for pair in pairs {
            guard let code = DiagnosticCatalogue.code(pair.key.text) else {
                let near = closestMatch(to: pair.key.text, among: DiagnosticCatalogue.rows.map(\.code.description))
                let hint = near.map { "; did you mean '\($0)'?" } ?? ""
                problems.append("\(Self.place(pair.key.range)): there is no diagnostic '\(pair.key.text)'\(hint)")
                continue
            }
            let decisions = if case .sequence(let items) = pair.value.content { items } else { [pair.value] }
            for decision in decisions {
                if let rule = Self.rule(code, decision, problems: &problems) { diagnostics.rules.append(rule) }
            }
        }
    }

    /// A severity, or one with the paths it is for.
    private static func rule(
        _ code: DiagnosticCode, _ node: YAMLNode, problems: inout [String]
    ) -> DiagnosticPolicy.Rule? {
        guard case .mapping(let pairs) = node.content else {
            return level(node, of: code, problems: &problems).map { .init(code, $0) }
        }
        var level: DiagnosticPolicy.Level?
        var paths: [PathPattern] = []
        for pair in pairs {
            switch pair.key.text {
            case "severity": level = Self.level(pair.value, of: code, problems: &problems)
            case "paths": paths = Self.paths(pair.value, of: code, problems: &problems)
            default: problems.append("\(place(pair.key.range)): '\(code)' takes 'severity' and 'paths', not '\(pair.key.text)'")
            }
        }
        if level == nil, !pairs.contains(where: { $0.key.text == "severity" }) {
            problems.append("\(place(node.range)): '\(code)' needs a 'severity'")
        }
        return level.map { .init(code, $0, paths: paths) }
    }

    private static func level(
        _ node: YAMLNode, of code: DiagnosticCode, problems: inout [String]
    ) -> DiagnosticPolicy.Level? {
        if case .scalar(let scalar) = node.content, let level = DiagnosticPolicy.Level(rawValue: scalar.text) { return level }
        let levels = DiagnosticPolicy.Level.allCases.map(\.rawValue).joined(separator: ", ")
        problems.append("\(place(node.range)): the severity of '\(code)' is one of \(levels)")
        return nil
    }

    private static func paths(_ node: YAMLNode, of code: DiagnosticCode, problems: inout [String]) -> [PathPattern] {
        let items = if case .sequence(let items) = node.content { items } else { [node] }
        return items.compactMap { item in
            if case .scalar(let scalar) = item.content { return PathPattern(scalar.text) }
            problems.append("\(place(item.range)): 'paths' of '\(code)' takes patterns such as definitions/batch/**")
            return nil
        }
    }
}
