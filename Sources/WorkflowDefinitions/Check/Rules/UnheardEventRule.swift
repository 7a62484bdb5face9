import Diagnostics

/// An event that is waited for under a name which nothing sends while a similar one is sent to nobody, and an event that is
/// sent to nobody (WF5207). Most events come from outside, so that nothing in the project sends one is no mistake by itself.
enum UnheardEventRule {
    static func check(_ project: Project, _ flow: EventFlow, report: (Diagnostic) -> Void) {
        let taken = flow.waits + flow.triggers.map(\.use)
        let takenNames = Set(taken.map(\.event.value))
        let sentNames = Set(flow.emits.map(\.event.value))
        var unheard = flow.emits.filter { !takenNames.contains($0.event.value) && !project.files[$0.file].isLibrary }
        for use in taken where !sentNames.contains(use.event.value) {
            guard let guess = closestMatch(to: use.event.value, among: unheard.map(\.event.value)),
                let sent = unheard.first(where: { $0.event.value == guess })
            else { continue }
            report(.neverSent(use.event, similar: sent.event))
        }
        unheard.removeAll { sent in
            taken.contains { closestMatch(to: $0.event.value, among: [sent.event.value]) != nil }
        }
        var told: Set<String> = []
        for sent in unheard where told.insert(sent.event.value).inserted { report(.neverTaken(sent.event)) }
    }
}
