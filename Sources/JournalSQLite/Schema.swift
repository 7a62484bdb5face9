/// The tables, as a list of migrations: documented in docs, queryable with plain SQL, times in microseconds UTC, JSON as text.
package enum Schema {
    /// "wfrn": what makes a SQLite file a journal of ours.
    static let applicationID: Int32 = 0x7766_726E

    /// Each brings a file from the version of its index to the next, in one transaction. Never edited once released.
    package static let migrations: [String] = [version1, version2, version3]
    package static var version: Int { migrations.count }

    package static let version1 = """
        CREATE TABLE wf_meta (
            name TEXT PRIMARY KEY NOT NULL,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE wf_definition (
            digest TEXT PRIMARY KEY NOT NULL,
            workflow TEXT NOT NULL,
            semantics INTEGER NOT NULL,
            sources TEXT NOT NULL,
            match_sets TEXT NOT NULL,
            stored_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE wf_config (
            digest TEXT PRIMARY KEY NOT NULL,
            value TEXT NOT NULL
        ) STRICT;

        -- One row per instance; "number" is its name inside, "id" outside. "version" counts its transitions.
        CREATE TABLE wf_instance (
            number INTEGER PRIMARY KEY NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            status TEXT NOT NULL,
            ending TEXT,
            hold TEXT,
            hold_reason TEXT,
            cleanup TEXT,
            run INTEGER NOT NULL,
            continuations INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            marks INTEGER NOT NULL,
            marks_consumed INTEGER NOT NULL,
            cancel TEXT,
            cancel_consumed INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            created_at INTEGER NOT NULL,
            created_event INTEGER NOT NULL,
            workflow TEXT NOT NULL,
            digest TEXT NOT NULL,
            config TEXT NOT NULL,
            caller_key TEXT,
            labels TEXT NOT NULL,
            trigger TEXT NOT NULL,
            input TEXT NOT NULL,
            output TEXT,
            failure TEXT
        ) STRICT;
        CREATE UNIQUE INDEX wf_instance_id ON wf_instance (id);
        CREATE INDEX wf_instance_workflow ON wf_instance (workflow);
        CREATE UNIQUE INDEX wf_instance_caller_key ON wf_instance (workflow, caller_key) WHERE caller_key IS NOT NULL;
        -- Those that can move: few, however many there are.
        CREATE INDEX wf_instance_movable ON wf_instance (number)
            WHERE hold IS NULL AND (status IN ('pending', 'running') OR (status = 'suspended' AND marks > marks_consumed));
        CREATE INDEX wf_instance_ended ON wf_instance (status)
            WHERE status IN ('completed', 'failed', 'cancelled', 'timed_out');

        CREATE TABLE wf_label (
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            instance INTEGER NOT NULL,
            PRIMARY KEY (name, value, instance)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE wf_count (
            workflow TEXT NOT NULL,
            status TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (workflow, status)
        ) STRICT, WITHOUT ROWID;

        -- A row per step occurrence and, with verb 'signal', per signal; a final row is never updated.
        CREATE TABLE wf_step (
            number INTEGER PRIMARY KEY NOT NULL,
            instance INTEGER NOT NULL,
            run INTEGER NOT NULL,
            key TEXT NOT NULL,
            verb TEXT NOT NULL,
            action TEXT,
            status TEXT NOT NULL,
            input_digest TEXT,
            scheduled_seq INTEGER NOT NULL,
            completed_seq INTEGER,
            attempt INTEGER NOT NULL,
            interruptions INTEGER NOT NULL,
            occurrence INTEGER NOT NULL,
            due_at INTEGER,
            scheduled_at INTEGER NOT NULL,
            started_at INTEGER,
            completed_at INTEGER,
            last_failure TEXT,
            output TEXT,
            failure TEXT
        ) STRICT;
        CREATE UNIQUE INDEX wf_step_key ON wf_step (instance, run, key);

        -- Failed and interrupted attempts, for people.
        CREATE TABLE wf_attempt (
            number INTEGER PRIMARY KEY NOT NULL,
            instance INTEGER NOT NULL,
            run INTEGER NOT NULL,
            key TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL,
            failure TEXT NOT NULL
        ) STRICT;
        CREATE INDEX wf_attempt_instance ON wf_attempt (instance, run);

        CREATE TABLE wf_timer (
            number INTEGER PRIMARY KEY NOT NULL,
            instance INTEGER NOT NULL,
            run INTEGER NOT NULL,
            key TEXT NOT NULL,
            kind TEXT NOT NULL,
            due_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX wf_timer_key ON wf_timer (instance, run, key);
        CREATE INDEX wf_timer_due ON wf_timer (due_at, instance, key);

        -- Open waits: a row per event name a wait listens to.
        CREATE TABLE wf_wait (
            number INTEGER PRIMARY KEY NOT NULL,
            instance INTEGER NOT NULL,
            run INTEGER NOT NULL,
            key TEXT NOT NULL,
            position INTEGER NOT NULL,
            event TEXT NOT NULL,
            match_key TEXT NOT NULL,
            scheduled_seq INTEGER NOT NULL,
            examined INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX wf_wait_key ON wf_wait (instance, run, key, position);
        CREATE INDEX wf_wait_match ON wf_wait (match_key);

        -- The sets of payload paths that waits match by; the empty set is understood.
        CREATE TABLE wf_match_set (
            event TEXT NOT NULL,
            paths TEXT NOT NULL,
            PRIMARY KEY (event, paths)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE wf_event_name (
            name TEXT PRIMARY KEY NOT NULL,
            first_event INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- "delivered" is null when every candidate was marked, else the last wait looked at.
        CREATE TABLE wf_event (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            name TEXT NOT NULL,
            source TEXT NOT NULL,
            id TEXT NOT NULL,
            time INTEGER NOT NULL,
            delivered INTEGER,
            data TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX wf_event_id ON wf_event (source, id);
        CREATE INDEX wf_event_by_name ON wf_event (name);
        CREATE INDEX wf_event_undelivered ON wf_event (sequence) WHERE delivered IS NOT NULL;

        CREATE TABLE wf_event_key (
            key TEXT NOT NULL,
            event INTEGER NOT NULL,
            PRIMARY KEY (key, event)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE wf_taken (
            instance INTEGER NOT NULL,
            event INTEGER NOT NULL,
            run INTEGER NOT NULL,
            wait TEXT NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (instance, event)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE wf_log (
            line INTEGER PRIMARY KEY NOT NULL,
            instance INTEGER NOT NULL,
            run INTEGER NOT NULL,
            time INTEGER NOT NULL,
            level TEXT NOT NULL,
            key TEXT,
            message TEXT NOT NULL,
            data TEXT
        ) STRICT;
        CREATE INDEX wf_log_instance ON wf_log (instance);

        CREATE TABLE wf_email (
            number INTEGER PRIMARY KEY NOT NULL,
            instance INTEGER NOT NULL,
            id TEXT NOT NULL,
            key TEXT NOT NULL,
            time INTEGER NOT NULL,
            recipients TEXT NOT NULL,
            subject TEXT NOT NULL,
            file TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX wf_email_id ON wf_email (instance, id);

        -- Idempotency keys of starts, kept for a day.
        CREATE TABLE wf_request (
            key TEXT PRIMARY KEY NOT NULL,
            body_digest TEXT NOT NULL,
            instance TEXT NOT NULL,
            time INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX wf_request_time ON wf_request (time);

        -- API tokens, as SHA-256; written by the server.
        CREATE TABLE wf_token (
            digest TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT;
        """
}
