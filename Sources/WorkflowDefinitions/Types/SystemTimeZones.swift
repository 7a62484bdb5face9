import CEL
import Schedules
import Synchronization
package import Values

/// The system's time zones as expressions ask for them. Zones that have been read are kept for the life of the process.
package struct SystemTimeZones: CEL.TimeZoneRules {
    private static let known = Mutex<[String: Schedules.TimeZoneRules?]>([:])
    /// More names than there are zones: whoever asks for others is told that they are unknown, each time anew.
    private static let mostNames = 2_000
    private static let database = TimeZoneDatabase.system()

    package init() {}

    package func offsetSeconds(ofZone name: String, at instant: Timestamp) -> Int? {
        rules(name)?.offset(at: instant)
    }

    private func rules(_ name: String) -> Schedules.TimeZoneRules? {
        if let known = Self.known.withLock({ $0[name] }) { return known }
        let rules = try? Self.database.rules(named: name)
        Self.known.withLock { if $0.count < Self.mostNames { $0[name] = .some(rules) } }
        return rules
    }
}
