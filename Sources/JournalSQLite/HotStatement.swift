/// The statements of the writing path, compiled once per connection.
package enum HotStatement: Int, Sendable, CaseIterable {
    case readInstance, moveInstance, rewriteInstance, quarantine, markInstance, insertInstance
    case insertStep, updateStep, insertAttempt, setTimer, clearTimer, clearTimers
    case insertWait, readWait, examineWait, deleteWait, deleteWaits, findEvents, takeEvent
    case insertLog, insertEmail, insertLabel, addCount
    case readRequest, writeRequest, forgetRequests, findCallerKey, findInstance
    case findDefinition, insertDefinition, insertMatchSet, findConfig, insertConfig
    case findEvent, insertEvent, insertEventName, insertEventKey, findCandidates, setDelivered, nextDelivery
    case readForRequest, writeCancel, writePause, writeResume, writeForcedEnd
    case insertChild, tellParent, tellRejected, takeChildEnd, dropChildEnds, dropEndsOfStep, findChildEnd, liveChildren
    case readGate, writeGate, deleteGate, insertPlace, readPlace, deletePlace, waitingAtGate, oldestAtGate
    case admitPlace, admitInstance, setAdmitted
    case insertFirstRun, closeRun, insertRun, turnInstance, rebind, readLabels, deleteLabel, freeEvents, keepEvents
    case nextExpiringDefinition, expiredInstances, removeInstance, removeChild, writeNumber
    case insertRemoval, nextRemoval, deleteRemoval, removeSteps, removeAttempts, removeLines, removeEmails, removeRuns
    case removeTakenBy, orphanInstances, orphanChildren, removeRunSteps, removeRunAttempts, removeRunLines, removeRun
    case oldestEvents, readEvent, removeEventKey, removeEvent, removeTaken, removeFirings
    case readSchedule, insertSchedule, moveSchedule, insertFiring, findLive

    package var sql: String {
        switch self {
        case .readInstance, .moveInstance, .rewriteInstance, .quarantine, .markInstance, .insertInstance, .addCount,
            .insertLabel, .findInstance:
            instanceSQL
        case .readForRequest, .writeCancel, .writePause, .writeResume, .writeForcedEnd: requestSQL
        case .insertChild, .tellParent, .tellRejected, .takeChildEnd, .dropChildEnds, .dropEndsOfStep, .findChildEnd,
            .liveChildren:
            childSQL
        case .readGate, .writeGate, .deleteGate, .insertPlace, .readPlace, .deletePlace, .waitingAtGate, .oldestAtGate,
            .admitPlace, .admitInstance, .setAdmitted:
            gateSQL
        case .insertFirstRun, .closeRun, .insertRun, .turnInstance, .rebind, .readLabels, .deleteLabel, .freeEvents,
            .keepEvents:
            runSQL
        case .readSchedule, .insertSchedule, .moveSchedule, .insertFiring, .findLive: scheduleSQL
        case .insertStep, .updateStep, .insertAttempt, .setTimer, .clearTimer, .clearTimers, .insertLog, .insertEmail:
            rowSQL
        case .insertWait, .readWait, .examineWait, .deleteWait, .deleteWaits, .findEvents, .takeEvent, .findEvent,
            .insertEvent, .insertEventName, .insertEventKey, .findCandidates, .setDelivered, .nextDelivery:
            eventSQL
        case .readRequest, .writeRequest, .forgetRequests, .findCallerKey, .findDefinition, .insertDefinition,
            .insertMatchSet, .findConfig, .insertConfig:
            startSQL
        case .nextExpiringDefinition, .expiredInstances, .removeInstance, .removeChild, .writeNumber, .insertRemoval,
            .nextRemoval, .deleteRemoval, .removeSteps, .removeAttempts, .removeLines, .removeEmails, .removeRuns,
            .removeTakenBy, .orphanInstances, .orphanChildren, .removeRunSteps, .removeRunAttempts, .removeRunLines, .removeRun,
            .oldestEvents, .readEvent, .removeEventKey, .removeEvent, .removeTaken, .removeFirings:
            removalSQL
        }
    }

    private var instanceSQL: String {
        switch self {
        case .readInstance:
            """
            SELECT version, status, run, continuations, marks, marks_consumed, cancel_consumed, created_event, started_at,
                ended_at, ending IS NULL AND hold IS NULL AND hold_reason IS NULL AND cleanup IS NULL AND output IS NULL
                AND failure IS NULL, run_started_at, admitted, parent, workflow FROM wf_instance WHERE number = ?
            """
        case .moveInstance:
            "UPDATE wf_instance SET version = version + 1, crashes = 0, last_sequence = ? WHERE number = ? AND version = ?"
        case .rewriteInstance:
            """
            UPDATE wf_instance SET version = version + 1, crashes = 0, status = ?, ending = ?, hold = ?, hold_reason = ?, cleanup = ?,
                run = ?, continuations = ?, last_sequence = ?, output = ?, failure = ?, started_at = ?,
                run_started_at = ?, ended_at = ?, marks_consumed = ?, cancel_consumed = ?,
                cancel = CASE WHEN ? THEN NULL ELSE cancel END, pause = CASE WHEN ? THEN NULL ELSE pause END
            WHERE number = ? AND version = ?
            """
        case .quarantine:
            """
            UPDATE wf_instance SET version = version + 1, hold = 'quarantined', hold_reason = ?
            WHERE number = ? AND version = ?
            """
        case .markInstance: "UPDATE wf_instance SET marks = marks + 1 WHERE number = ?"
        case .insertInstance:
            """
            INSERT INTO wf_instance (number, id, version, status, ending, hold, hold_reason, cleanup, run, continuations,
                last_sequence, marks, marks_consumed, cancel_consumed, started_at, run_started_at, ended_at, created_at,
                created_event, parent, depth, event_depth, workflow, digest, config, caller_key, labels, trigger, input,
                output, failure)
            VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING
            """
        case .insertLabel: "INSERT INTO wf_label (name, value, instance) VALUES (?, ?, ?)"
        case .addCount:
            """
            INSERT INTO wf_count (workflow, status, count) VALUES (?, ?, ?)
            ON CONFLICT (workflow, status) DO UPDATE SET count = count + excluded.count
            """
        case .findInstance: "SELECT number FROM wf_instance WHERE id = ?"
        default: ""
        }
    }

    private var rowSQL: String {
        switch self {
        case .insertStep:
            """
            INSERT INTO wf_step (verb, action, status, input_digest, scheduled_seq, completed_seq, attempt, interruptions,
                occurrence, due_at, scheduled_at, started_at, completed_at, last_failure, output, failure, instance, run, key)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .updateStep:
            """
            UPDATE wf_step SET verb = ?, action = ?, status = ?, input_digest = ?, scheduled_seq = ?, completed_seq = ?,
                attempt = ?, interruptions = ?, occurrence = ?, due_at = ?, scheduled_at = ?, started_at = ?,
                completed_at = ?, last_failure = ?, output = ?, failure = ?
            WHERE instance = ? AND run = ? AND key = ? AND status NOT IN ('completed', 'failed', 'cancelled')
            """
        case .insertAttempt:
            "INSERT INTO wf_attempt (instance, run, key, attempt, started_at, ended_at, failure) VALUES (?, ?, ?, ?, ?, ?, ?)"
        case .setTimer:
            """
            INSERT INTO wf_timer (instance, run, key, kind, due_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (instance, run, key) DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at
            """
        case .clearTimer: "DELETE FROM wf_timer WHERE instance = ? AND run = ? AND key = ?"
        case .clearTimers: "DELETE FROM wf_timer WHERE instance = ? AND run <> ?"
        case .insertLog:
            "INSERT INTO wf_log (line, instance, run, time, level, key, message, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        case .insertEmail:
            """
            INSERT INTO wf_email (instance, id, key, time, recipients, subject, file) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (instance, id) DO NOTHING
            """
        default: ""
        }
    }

    private var eventSQL: String {
        switch self {
        case .insertWait:
            """
            INSERT INTO wf_wait (instance, run, key, position, event, match_key, scheduled_seq, examined)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .readWait: "SELECT match_key, examined FROM wf_wait WHERE instance = ? AND run = ? AND key = ?"
        case .examineWait:
            "UPDATE wf_wait SET examined = max(examined, ?) WHERE instance = ? AND run = ? AND key = ?"
        case .deleteWait: "DELETE FROM wf_wait WHERE instance = ? AND run = ? AND key = ?"
        case .deleteWaits: "DELETE FROM wf_wait WHERE instance = ? AND run <> ?"
        case .findEvents:
            """
            SELECT event FROM wf_event_key AS k WHERE key = ? AND event > ?
                AND NOT EXISTS (SELECT 1 FROM wf_taken AS t WHERE t.instance = ? AND t.event = k.event)
            ORDER BY event LIMIT ?
            """
        case .takeEvent:
            """
            INSERT INTO wf_taken (instance, event, run, wait, time)
            SELECT ?, sequence, ?, ?, ? FROM wf_event WHERE sequence = ?
            """
        case .findEvent: "SELECT sequence FROM wf_event WHERE source = ? AND id = ?"
        case .insertEvent: "INSERT INTO wf_event (name, source, id, time, data) VALUES (?, ?, ?, ?, ?)"
        case .insertEventName: "INSERT INTO wf_event_name (name, first_event) VALUES (?, ?) ON CONFLICT DO NOTHING"
        case .insertEventKey: "INSERT INTO wf_event_key (key, event) VALUES (?, ?)"
        case .findCandidates:
            "SELECT number, instance FROM wf_wait WHERE match_key = ? AND number > ? ORDER BY number LIMIT ?"
        case .setDelivered: "UPDATE wf_event SET delivered = ? WHERE sequence = ?"
        case .nextDelivery:
            """
            SELECT sequence, name, data, delivered FROM wf_event WHERE delivered IS NOT NULL ORDER BY sequence LIMIT 1
            """
        default: ""
        }
    }

    private var startSQL: String {
        switch self {
        case .readRequest: "SELECT body_digest, instance, time FROM wf_request WHERE key = ?"
        case .writeRequest: "INSERT OR REPLACE INTO wf_request (key, body_digest, instance, time) VALUES (?, ?, ?, ?)"
        case .forgetRequests:
            "DELETE FROM wf_request WHERE key IN (SELECT key FROM wf_request WHERE time <= ? ORDER BY time LIMIT 1000)"
        case .findCallerKey:
            """
            SELECT id, coalesce((SELECT input FROM wf_run WHERE instance = number AND run = 1), input)
            FROM wf_instance WHERE workflow = ? AND caller_key = ?
            """
        case .findDefinition: "SELECT 1 FROM wf_definition WHERE digest = ?"
        case .insertDefinition:
            """
            INSERT INTO wf_definition (digest, workflow, semantics, sources, match_sets, retention, stored_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (digest) DO UPDATE SET retention = excluded.retention WHERE retention IS NULL
            """
        case .insertMatchSet: "INSERT INTO wf_match_set (event, paths) VALUES (?, ?) ON CONFLICT DO NOTHING"
        case .findConfig: "SELECT 1 FROM wf_config WHERE digest = ?"
        case .insertConfig: "INSERT INTO wf_config (digest, value) VALUES (?, ?) ON CONFLICT DO NOTHING"
        default: ""
        }
    }
}
