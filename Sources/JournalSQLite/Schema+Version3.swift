extension Schema {
    /// Cron triggers, retention, crashes.
    static let version3 = """
        -- How often the server has died while it worked on the instance, since its latest transition.
        ALTER TABLE wf_instance ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
        -- Microseconds by terminal status; null: nothing is said.
        ALTER TABLE wf_definition ADD COLUMN retention TEXT;
        -- Ended instances by what says how long they are kept, the oldest first.
        CREATE INDEX wf_instance_expiring ON wf_instance (digest, status, ended_at)
            WHERE status IN ('completed', 'failed', 'cancelled', 'timed_out');

        -- What is being removed: a run of an instance, or with run 0 all that is left of a removed one.
        CREATE TABLE wf_removal (
            run INTEGER NOT NULL,
            instance INTEGER NOT NULL,
            PRIMARY KEY (run, instance)
        ) STRICT, WITHOUT ROWID;
        -- Runs before the previous one were kept until now.
        INSERT INTO wf_removal (run, instance)
            SELECT r.run, r.instance FROM wf_run AS r JOIN wf_instance AS i ON i.number = r.instance WHERE r.run < i.run - 1;

        -- Cron triggers: all instants up to "position" are decided.
        CREATE TABLE wf_schedule (
            number INTEGER PRIMARY KEY NOT NULL,
            workflow TEXT NOT NULL,
            trigger TEXT NOT NULL,
            position INTEGER NOT NULL,
            active INTEGER NOT NULL,
            latest TEXT
        ) STRICT;
        CREATE UNIQUE INDEX wf_schedule_name ON wf_schedule (workflow, trigger);

        -- What became of each instant of a schedule: an instance, or the reason why there is none.
        CREATE TABLE wf_firing (
            schedule INTEGER NOT NULL,
            instant INTEGER NOT NULL,
            instance TEXT,
            skipped TEXT,
            detail TEXT,
            decided_at INTEGER NOT NULL,
            PRIMARY KEY (schedule, instant)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX wf_firing_decided ON wf_firing (decided_at);
        """
}
