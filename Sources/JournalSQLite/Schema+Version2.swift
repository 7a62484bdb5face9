extension Schema {
    /// Children, gates, holds by request, further runs.
    static let version2 = """
        -- When the current run began; instances of version 1 have one run.
        ALTER TABLE wf_instance ADD COLUMN run_started_at INTEGER;
        UPDATE wf_instance SET run_started_at = started_at;
        -- A request to pause that has not taken effect.
        ALTER TABLE wf_instance ADD COLUMN pause TEXT;
        -- Its place under "concurrency": null none is needed, 0 it waits, 1 it has one.
        ALTER TABLE wf_instance ADD COLUMN admitted INTEGER;
        -- The instance that invoked it: more in wf_child.
        ALTER TABLE wf_instance ADD COLUMN parent INTEGER;
        ALTER TABLE wf_instance ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE wf_instance ADD COLUMN event_depth INTEGER NOT NULL DEFAULT 0;

        DROP INDEX wf_instance_movable;
        CREATE INDEX wf_instance_movable ON wf_instance (number)
            WHERE hold IS NULL AND status IN ('pending', 'running', 'suspended')
                AND ((status <> 'suspended' AND admitted IS NOT 0) OR marks > marks_consumed);
        CREATE INDEX wf_instance_held ON wf_instance (number) WHERE hold IS NOT NULL;

        -- Which "invoke" step started an instance.
        CREATE TABLE wf_child (
            child INTEGER PRIMARY KEY NOT NULL,
            parent INTEGER,
            parent_id TEXT NOT NULL,
            run INTEGER NOT NULL,
            step TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            detached INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX wf_child_parent ON wf_child (parent);

        -- Ends of children that an open "invoke" step has not taken yet; "status" is null for one its gate rejected.
        CREATE TABLE wf_child_end (
            number INTEGER PRIMARY KEY NOT NULL,
            parent INTEGER NOT NULL,
            child TEXT NOT NULL,
            step TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            status TEXT,
            output TEXT,
            failure TEXT
        ) STRICT;
        CREATE UNIQUE INDEX wf_child_end_child ON wf_child_end (parent, child);

        -- Keys of "concurrency" that somebody stands at; "places" is what the newest arrival said.
        CREATE TABLE wf_gate (
            key TEXT PRIMARY KEY NOT NULL,
            active INTEGER NOT NULL,
            places INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Who stands at a gate, in the order of coming.
        CREATE TABLE wf_place (
            number INTEGER PRIMARY KEY NOT NULL,
            gate TEXT NOT NULL,
            instance INTEGER NOT NULL,
            admitted INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX wf_place_instance ON wf_place (instance);
        CREATE INDEX wf_place_gate ON wf_place (gate, admitted);

        -- The runs of instances that have more than one.
        CREATE TABLE wf_run (
            instance INTEGER NOT NULL,
            run INTEGER NOT NULL,
            kind TEXT NOT NULL,
            reason TEXT,
            digest TEXT NOT NULL,
            input TEXT NOT NULL,
            began_at INTEGER,
            kept_seq INTEGER NOT NULL,
            occurrences TEXT,
            ended_status TEXT,
            ended_at INTEGER,
            output TEXT,
            failure TEXT,
            PRIMARY KEY (instance, run)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX wf_taken_event ON wf_taken (event);
        """
}
