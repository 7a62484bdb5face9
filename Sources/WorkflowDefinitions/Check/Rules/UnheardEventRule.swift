import Diagnostics
import Values

/// An event that is waited for under a name which nothing sends while a similar one is sent to nobody, and an event that is
/// sent to nobody (WF5207). Most events come from outside, so that nothing in the project sends one is no mistake by itself.
enum UnheardEventRule {
    static func check(_ project: Project, _ flow: EventFlow, report: (Diagnostic) -> Void) {
        let taken = flow.waits + flow.triggers.map(\.use)
        let takenNames = Set(taken.map(\.event.value))
        let sentNames = Set(flow.emits.map(\.event.value))
        let unheard = flow.emits.filter { !takenNames.contains($0.event.value) && !project.files[$0.file].isLibrary }
        for use in taken where !sentNames.contains(use.event.value) {
            guard let sent = unheard.first(where: { areSimilar($0.event.value, use.event.value) }) else { continue }
            report(.neverSent(use.event, similar: sent.event))
        }
        var told: Set<String> = []
        for sent in unheard where !taken.contains(where: { areSimilar($0.event.value, sent.event.value) }) {
            if told.insert(sent.event.value).inserted { report(.neverTaken(sent.event)) }
        }
    }

    /// All parts but one are the same, and that one is a slip away: `order.payed`, `order.paid`.
    private static func areSimilar(_ a: String, _ b: String) -> Bool {
        let (left, right) = (a.split(separator: "."), b.split(separator: "."))
        guard left.count == right.count else { return false }
        let different = zip(left, right).filter { !$0.hasSameCodePoints(as: $1) }
        guard different.count == 1, let (one, other) = different.first, min(one.utf8.count, other.utf8.count) > 3 else {
            return false
        }
        return editDistance(from: String(one), to: String(other)) <= 2
    }
}
