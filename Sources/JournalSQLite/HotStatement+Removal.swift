// The statements of retention. Those that remove rows of an instance or run have the parameters instance, limit, run.
extension HotStatement {
    var removalSQL: String {
        switch self {
        case .nextExpiringDefinition:
            // A definition that no ended instance is bound to is passed over.
            """
            SELECT digest, (SELECT retention FROM wf_definition AS d WHERE d.digest = i.digest)
            FROM wf_instance AS i INDEXED BY wf_instance_expiring
            WHERE status IN ('completed', 'failed', 'cancelled', 'timed_out') AND digest > ? ORDER BY digest LIMIT 1
            """
        case .expiredInstances:
            // The order of the joined tables is fixed: from a parent to its children, who are fewer than those that live.
            """
            SELECT number, id, workflow, labels FROM wf_instance AS i INDEXED BY wf_instance_expiring
            WHERE status IN ('completed', 'failed', 'cancelled', 'timed_out') AND digest = ? AND status = ? AND ended_at <= ?
                AND NOT EXISTS (SELECT 1 FROM wf_child AS c CROSS JOIN wf_instance AS k ON k.number = c.child
                    WHERE c.parent = i.number AND k.status IN ('pending', 'running', 'suspended'))
            ORDER BY ended_at, number LIMIT ?
            """
        case .removeInstance: "DELETE FROM wf_instance WHERE number = ?"
        case .removeChild: "DELETE FROM wf_child WHERE child = ?"
        case .insertRemoval: "INSERT INTO wf_removal (run, instance) VALUES (?, ?) ON CONFLICT DO NOTHING"
        case .nextRemoval:
            """
            SELECT * FROM (SELECT run, instance FROM wf_removal WHERE run > 0 ORDER BY run, instance LIMIT 1)
            UNION ALL SELECT * FROM (SELECT run, instance FROM wf_removal WHERE run = 0 ORDER BY instance LIMIT 1) LIMIT 1
            """
        case .deleteRemoval: "DELETE FROM wf_removal WHERE run = ? AND instance = ?"
        case .writeNumber:
            "INSERT INTO wf_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        default: removedRowsSQL
        }
    }

    private var removedRowsSQL: String {
        switch self {
        case .removeSteps:
            "DELETE FROM wf_step WHERE number IN (SELECT number FROM wf_step WHERE instance = ?1 LIMIT ?2)"
        case .removeAttempts:
            "DELETE FROM wf_attempt WHERE number IN (SELECT number FROM wf_attempt WHERE instance = ?1 LIMIT ?2)"
        case .removeLines: "DELETE FROM wf_log WHERE line IN (SELECT line FROM wf_log WHERE instance = ?1 LIMIT ?2)"
        case .removeEmails:
            "DELETE FROM wf_email WHERE number IN (SELECT number FROM wf_email WHERE instance = ?1 LIMIT ?2)"
        case .removeRuns:
            """
            DELETE FROM wf_run WHERE instance = ?1 AND run IN (SELECT run FROM wf_run WHERE instance = ?1 LIMIT ?2)
            """
        case .removeTakenBy:
            """
            DELETE FROM wf_taken WHERE instance = ?1
                AND event IN (SELECT event FROM wf_taken WHERE instance = ?1 LIMIT ?2)
            """
        case .orphanInstances:
            """
            UPDATE wf_instance SET parent = NULL WHERE number IN (SELECT c.child FROM wf_child AS c
                CROSS JOIN wf_instance AS i ON i.number = c.child WHERE c.parent = ?1 AND i.parent IS NOT NULL LIMIT ?2)
            """
        case .orphanChildren:
            "UPDATE wf_child SET parent = NULL WHERE child IN (SELECT child FROM wf_child WHERE parent = ?1 LIMIT ?2)"
        case .removeRunSteps:
            "DELETE FROM wf_step WHERE number IN (SELECT number FROM wf_step WHERE instance = ?1 AND run = ?3 LIMIT ?2)"
        case .removeRunAttempts:
            """
            DELETE FROM wf_attempt
            WHERE number IN (SELECT number FROM wf_attempt WHERE instance = ?1 AND run = ?3 LIMIT ?2)
            """
        case .removeRunLines:
            // Lines of an earlier run come before those of a later one: no more are looked at than may be removed.
            """
            DELETE FROM wf_log WHERE instance = ?1 AND run <= ?3 AND line <= (SELECT max(line) FROM
                (SELECT line, run FROM wf_log WHERE instance = ?1 ORDER BY line LIMIT ?2) WHERE run <= ?3)
            """
        case .removeRun:
            // With the first one's input a repeated start with the caller's key is compared.
            "DELETE FROM wf_run WHERE instance = ?1 AND run = ?3 AND run > 1"
        case .oldestEvents: "SELECT sequence, time <= ? AND delivered IS NULL FROM wf_event ORDER BY sequence LIMIT ?"
        case .readEvent: "SELECT name, data FROM wf_event WHERE sequence = ?"
        case .removeEventKey: "DELETE FROM wf_event_key WHERE key = ? AND event = ?"
        case .removeEvent: "DELETE FROM wf_event WHERE sequence = ?"
        case .removeTaken:
            """
            DELETE FROM wf_taken WHERE (instance, event) IN
                (SELECT instance, event FROM wf_taken INDEXED BY wf_taken_event WHERE event <= ? LIMIT ?)
            """
        case .removeFirings:
            """
            DELETE FROM wf_firing WHERE (schedule, instant) IN
                (SELECT schedule, instant FROM wf_firing INDEXED BY wf_firing_decided WHERE decided_at <= ? LIMIT ?)
            """
        default: ""
        }
    }
}
