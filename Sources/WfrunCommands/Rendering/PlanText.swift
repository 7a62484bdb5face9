import Values

/// What an edit means for live instances: one line per effect and reason.
struct PlanText {
    let workflow: String
    let items: [Value]
    let style: Style

    private static let order = ["unchanged", "continues", "diverges", "unfit"]
    private static let shownIDs = 3

    private struct Group: Hashable {
        var effect: String
        var step: String
        var because: String
        var hasWarnings = false
    }

    var text: String {
        let count = items.count == 1 ? "1 live instance" : "\(items.count) live instances"
        let head = "\(printable(workflow)): \(count)"
        guard !items.isEmpty else { return head }
        var groups: [Group: [String]] = [:]
        for item in items { groups[group(item), default: []].append(item["id"]?.stringValue ?? "") }
        let length = shortestPrefix
        var table = Table(header: ["EFFECT", "COUNT", "STEP", "INSTANCES", "WHY"], style: style)
        for group in groups.keys.sorted(by: isBefore) {
            let ids = groups[group] ?? []
            let shown = ids.prefix(Self.shownIDs).map { String($0.prefix(length)) }
            table.add([
                word(group.effect), String(ids.count), printable(group.step.isEmpty ? "–" : group.step),
                shown.joined(separator: " ") + (ids.count > shown.count ? " …" : ""), printable(why(group)),
            ])
        }
        return head + "\n\n" + table.text
    }

    private func group(_ item: Value) -> Group {
        Group(
            effect: item["effect"]?.stringValue ?? "", step: item["step"]?.stringValue ?? "",
            because: item["because"]?.stringValue ?? "", hasWarnings: item["warnings"]?.listValue?.isEmpty == false)
    }

    private func isBefore(_ lhs: Group, _ rhs: Group) -> Bool {
        let ranks = [lhs, rhs].map { Self.order.firstIndex(of: $0.effect) ?? Self.order.count }
        if ranks[0] != ranks[1] { return ranks[0] < ranks[1] }
        if lhs.hasWarnings != rhs.hasWarnings { return rhs.hasWarnings }
        return lhs.step == rhs.step ? lhs.because.precedesByCodePoint(rhs.because) : lhs.step.precedesByCodePoint(rhs.step)
    }

    private func why(_ group: Group) -> String {
        switch group.effect {
        case "unchanged": "runs this definition already"
        case "continues": "all that is recorded fits" + (group.hasWarnings ? "; mind the warning" : "")
        default: group.because
        }
    }

    private func word(_ effect: String) -> String {
        switch effect {
        case "unchanged": style("= unchanged", .faint)
        case "continues": style("✓ continues", .green)
        case "diverges": style("✗ diverges", .red)
        default: style("✗ \(effect)", .red)
        }
    }

    /// As many digits as tell all ids of the plan apart.
    private var shortestPrefix: Int {
        let ids = items.compactMap { $0["id"]?.stringValue }.sorted()
        var length = 8
        for (id, next) in zip(ids, ids.dropFirst()) {
            length = max(length, zip(id, next).prefix { $0 == $1 }.count + 1)
        }
        return length
    }
}
