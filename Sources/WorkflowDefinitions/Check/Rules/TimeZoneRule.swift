import Diagnostics
import Schedules
import Values

/// `timezone` names a zone of the IANA database (WF5105).
enum TimeZoneRule: DefinitionRule {
    static func check(_ subject: RuleSubject, report: (Diagnostic) -> Void) {
        let zones = subject.project.timeZones
        for trigger in subject.definition.triggers {
            guard case .cron(_, let name?, _, _) = trigger.source else { continue }
            do { _ = try zones.rules(named: name.value) } catch {
                // Without a database nothing is known about any name.
                guard error.kind == .unknownZone else { continue }
                report(.unknownZone(name, guess: guess(name.value, among: zones.names())))
            }
        }
    }

    /// `Berlin` means `Europe/Berlin`; abbreviations are too short to guess from.
    private static func guess(_ name: String, among names: [String]) -> String? {
        let folded = name.lowercased()
        let city = names.first { $0.contains("/") && $0.split(separator: "/").last?.lowercased() == folded }
        return city ?? (name.utf8.count > 4 ? closestMatch(to: name, among: names) : nil)
    }
}
