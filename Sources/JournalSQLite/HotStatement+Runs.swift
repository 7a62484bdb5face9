// The statements for requests, children, gates and further runs.
extension HotStatement {
    var requestSQL: String {
        switch self {
        case .readForRequest:
            """
            SELECT number, status, run, hold, pause IS NOT NULL, admitted, parent, workflow, output, failure
            FROM wf_instance WHERE id = ?
            """
        case .writeCancel:
            """
            UPDATE wf_instance SET version = version + (hold IS 'paused' OR pause IS NOT NULL), marks = marks + 1,
                cancel = coalesce(cancel, ?), pause = NULL, hold = nullif(hold, 'paused'),
                hold_reason = CASE WHEN hold IS NOT 'paused' THEN hold_reason END
            WHERE number = ? AND NOT cancel_consumed AND status IN ('pending', 'running', 'suspended')
            """
        case .writePause: "UPDATE wf_instance SET marks = marks + 1, pause = coalesce(pause, ?) WHERE number = ?"
        case .writeResume:
            """
            UPDATE wf_instance SET version = version + 1, marks = marks + 1, hold = NULL, hold_reason = NULL, pause = NULL,
                crashes = 0
            WHERE number = ?
            """
        case .writeForcedEnd:
            """
            UPDATE wf_instance SET version = version + 1, status = 'cancelled', ending = NULL, hold = NULL,
                hold_reason = NULL, pause = NULL, cleanup = 'incomplete', ended_at = ?, cancel_consumed = 1 WHERE number = ?
            """
        default: ""
        }
    }

    var childSQL: String {
        switch self {
        case .insertChild:
            """
            INSERT INTO wf_child (child, parent, parent_id, run, step, attempt, detached) VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        case .tellParent:
            // Only while the step that invoked it is open, in the current run, at that attempt.
            """
            INSERT INTO wf_child_end (parent, child, step, attempt, status, output, failure)
            SELECT p.number, ?, c.step, c.attempt, ?, ?, ? FROM wf_child AS c
                JOIN wf_instance AS p ON p.number = c.parent AND p.run = c.run
                JOIN wf_step AS s ON s.instance = p.number AND s.run = p.run AND s.key = c.step AND s.attempt = c.attempt
            WHERE c.child = ? AND NOT c.detached AND p.status IN ('pending', 'running', 'suspended')
                AND s.status NOT IN ('completed', 'failed', 'cancelled')
            ON CONFLICT (parent, child) DO NOTHING
            """
        case .tellRejected:
            """
            INSERT INTO wf_child_end (parent, child, step, attempt)
            SELECT s.instance, ?, s.key, s.attempt FROM wf_step AS s
            WHERE s.instance = ? AND s.run = ? AND s.key = ? AND s.attempt = ?
                AND s.status NOT IN ('completed', 'failed', 'cancelled')
            ON CONFLICT (parent, child) DO NOTHING
            """
        case .takeChildEnd: "DELETE FROM wf_child_end WHERE parent = ? AND child = ?"
        case .dropChildEnds: "DELETE FROM wf_child_end WHERE parent = ?"
        case .dropEndsOfStep: "DELETE FROM wf_child_end WHERE parent = ? AND step = ? AND attempt IS NOT ?"
        case .findChildEnd: "SELECT 1 FROM wf_child_end WHERE parent = ? LIMIT 1"
        case .liveChildren:
            """
            SELECT c.child FROM wf_child AS c JOIN wf_instance AS i ON i.number = c.child
            WHERE c.parent = ? AND c.run = ? AND NOT c.detached AND i.status IN ('pending', 'running', 'suspended')
            ORDER BY c.child
            """
        default: ""
        }
    }

    var gateSQL: String {
        switch self {
        case .readGate: "SELECT active, places FROM wf_gate WHERE key = ?"
        case .writeGate:
            """
            INSERT INTO wf_gate (key, active, places) VALUES (?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET active = excluded.active, places = excluded.places
            """
        case .deleteGate: "DELETE FROM wf_gate WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM wf_place WHERE gate = ?1)"
        case .insertPlace: "INSERT INTO wf_place (gate, instance, admitted) VALUES (?, ?, ?)"
        case .readPlace: "SELECT gate, admitted FROM wf_place WHERE instance = ?"
        case .deletePlace: "DELETE FROM wf_place WHERE instance = ?"
        case .waitingAtGate:
            // Those with a request to cancel leave soon: nobody waits for them.
            """
            SELECT p.instance FROM wf_place AS p JOIN wf_instance AS i ON i.number = p.instance
            WHERE p.gate = ? AND p.admitted = 0 AND i.cancel IS NULL AND NOT i.cancel_consumed ORDER BY p.number LIMIT ?
            """
        case .oldestAtGate:
            """
            SELECT p.instance, i.cancel IS NULL AND NOT i.cancel_consumed FROM wf_place AS p
                JOIN wf_instance AS i ON i.number = p.instance
            WHERE p.gate = ? AND p.admitted = 1 ORDER BY p.number LIMIT 1
            """
        case .admitPlace: "UPDATE wf_place SET admitted = 1 WHERE instance = ?"
        case .admitInstance: "UPDATE wf_instance SET admitted = 1, marks = marks + 1 WHERE number = ?"
        case .setAdmitted: "UPDATE wf_instance SET admitted = ? WHERE number = ?"
        default: ""
        }
    }

    var runSQL: String {
        switch self {
        case .insertFirstRun:
            """
            INSERT INTO wf_run (instance, run, kind, digest, input, kept_seq)
            SELECT number, run, 'started', digest, input, 0 FROM wf_instance WHERE number = ?
            ON CONFLICT (instance, run) DO NOTHING
            """
        case .closeRun:
            // Before the instance's row turns to the next run.
            """
            UPDATE wf_run SET digest = i.digest, began_at = i.run_started_at, output = i.output, failure = i.failure,
                ended_status = CASE WHEN i.status IN ('completed', 'failed', 'cancelled', 'timed_out') THEN i.status END,
                ended_at = coalesce(?, i.ended_at)
            FROM wf_instance AS i WHERE i.number = ? AND wf_run.instance = i.number AND wf_run.run = i.run
            """
        case .insertRun:
            """
            INSERT INTO wf_run (instance, run, kind, reason, digest, input, kept_seq, occurrences)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .turnInstance: "UPDATE wf_instance SET digest = ?, config = ?, input = ?, labels = ? WHERE number = ?"
        case .rebind: "UPDATE wf_instance SET digest = ? WHERE number = ?"
        case .readLabels: "SELECT labels FROM wf_instance WHERE number = ?"
        case .deleteLabel: "DELETE FROM wf_label WHERE name = ? AND value = ? AND instance = ?"
        case .keepEvents: "UPDATE wf_taken SET run = ?2 + 1 WHERE instance = ?1 AND run = ?2 AND wait = ?3"
        case .freeEvents: "DELETE FROM wf_taken WHERE instance = ? AND run = ?"
        default: ""
        }
    }
}
