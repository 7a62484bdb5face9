// The statements for cron triggers.
extension HotStatement {
    var scheduleSQL: String {
        switch self {
        case .readSchedule: "SELECT number, position, latest FROM wf_schedule WHERE workflow = ? AND trigger = ?"
        case .insertSchedule: "INSERT INTO wf_schedule (position, active, latest, workflow, trigger) VALUES (?, ?, ?, ?, ?)"
        case .moveSchedule: "UPDATE wf_schedule SET position = ?, active = ?, latest = ? WHERE number = ?"
        case .insertFiring:
            """
            INSERT INTO wf_firing (schedule, instant, instance, skipped, detail, decided_at) VALUES (?, ?, ?, ?, ?, ?)
            """
        case .findLive: "SELECT number FROM wf_instance WHERE id = ? AND status IN ('pending', 'running', 'suspended')"
        default: ""
        }
    }
}
