#!/usr/bin/env python3
"""What a server does of its own accord, over kill -9 at random moments: cron triggers fire each minute once, and what could not be
is made up for; ended instances and old runs leave at their age, from every table; an instance that was being worked on five
times when the server died is quarantined, and the others go on.

The calendar and the checks are this script's own: it reads the database with SQLite. Takes as long as it watches, some two minutes.
"""

import datetime
import json
import os
import random
import struct
import sys
import time

import harness

DEFINITIONS = {
    "each-minute": """\
workflow: each-minute
input: { at: string }
triggers:
  - cron: "* * * * *"
    catchup: all
    overlap: allow
    input: { at: "${{ string(schedule.time) }}" }
steps:
  - id: note
    call: log
    with: { message: "${{ input.at }}" }
output: ${{ input.at }}
""",
    "one-at-a-time": """\
workflow: one-at-a-time
triggers:
  - { cron: "*/1 * * * *", catchup: all, overlap: allow }
concurrency: { limit: 1, overflow: reject }
steps:
  - id: nap
    sleep: 1h
""",
    "skipping": """\
workflow: skipping
triggers:
  - { cron: "* * * * *", timezone: Europe/Berlin }
steps:
  - id: nap
    sleep: 1h
""",
    "short-lived": """\
workflow: short-lived
input: { n: integer, rounds: integer = 0 }
retention: { completed: 2s, failed: 1h }
labels: { n: "${{ string(input.n) }}" }
steps:
  - id: note
    call: log
    with: { message: "round ${{ input.rounds }} of ${{ input.n }}" }
  - id: again
    if: ${{ input.rounds > 0 }}
    continue_as_new: { n: "${{ input.n }}", rounds: "${{ input.rounds - 1 }}" }
  - id: odd
    if: ${{ input.n % 2 == 1 }}
    fail: { code: odd, message: odd }
""",
    "waiting": """\
workflow: waiting
events: { go: { id: string } }
steps:
  - id: go
    wait: { event: go }
""",
}


def minutes(after, through):
    """Whole minutes in (after, through], in microseconds."""
    first = after // 60_000_000 + 1
    return [minute * 60_000_000 for minute in range(first, through // 60_000_000 + 1)]


def text(microseconds):
    return datetime.datetime.fromtimestamp(microseconds / 1e6, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def disturb(server, seconds, chance, report):
    """Kills and starts again for a while; starts short-lived instances meanwhile. Returns how often, and which."""
    end = time.monotonic() + seconds
    kills, ids = 0, []
    while time.monotonic() < end:
        for _ in range(5):
            number = len(ids)
            ids.append(server.start_instance("short-lived", {"n": number, "rounds": number % 5}, f"short-{number}"))
        time.sleep(chance.uniform(0.2, 4))
        server.kill()
        kills += 1
        time.sleep(chance.choice([0, 0.5, chance.uniform(0, 15)]))
        server.start()
    report.say(f"{kills} kills in {seconds:.0f} s, {len(ids)} short-lived instances")
    return ids


def check_schedules(report, server):
    for schedule in server.rows("SELECT * FROM wf_schedule ORDER BY workflow"):
        name = schedule["workflow"]
        firings = server.rows("SELECT * FROM wf_firing WHERE schedule = ? ORDER BY instant", schedule["number"])
        decided = [row["instant"] for row in firings]
        report.check(decided, f"{name}: minutes were decided", dict(schedule))
        if not decided:
            continue
        report.check(
            decided == minutes(decided[0] - 1, schedule["position"]), f"{name}: every minute is decided once", [text(at) for at in decided])
        report.check(
            schedule["position"] >= (time.time() - 75) * 1e6, f"{name}: it is up to date", text(schedule["position"]))
        report.check(
            all(row["decided_at"] >= row["instant"] for row in firings), f"{name}: none came early", [dict(row) for row in firings])
        started = [row["instance"] for row in firings if row["instance"]]
        report.check(len(started) == len(set(started)), f"{name}: each firing has an instance of its own", started)
        if name == "each-minute":
            report.check(len(started) == len(decided), "each-minute: what was missed was made up for", [dict(row) for row in firings])
            for row in firings:
                instance = server.rows("SELECT * FROM wf_instance WHERE id = ?", row["instance"])
                holds = instance and json.loads(instance[0]["output"] or "null") == text(row["instant"])
                report.check(holds, f"each-minute: {text(row['instant'])} ran to its end", [dict(one) for one in instance])
        else:
            reason = "overlap" if name == "skipping" else "concurrency"
            rest = [row["skipped"] for row in firings[1:]]
            allowed = {reason, "missed"} if name == "skipping" else {reason}
            report.check(
                started and set(rest) <= allowed, f"{name}: the first one runs, the others are skipped for a reason",
                [dict(row) for row in firings])
    cron = server.rows("SELECT id FROM wf_instance WHERE json_extract(trigger, '$.type') = 'cron'")
    recorded = server.count("SELECT count(*) FROM wf_firing WHERE instance IS NOT NULL")
    report.check(len(cron) == recorded, "no instance was started without a record", (len(cron), recorded))


def check_schedules_command(report, server):
    answer = server.run("schedules", "each-minute", "--limit", "3")
    report.check(
        answer.returncode == 0 and "next " in answer.stdout and answer.stdout.count("started ") >= 2, "wfrun schedules shows it",
        answer.stdout + answer.stderr)
    offline = server.run("schedules", "skipping", "--db", server.database)
    report.check("skipped: overlap" in offline.stdout, "and says why an instant was skipped", offline.stdout + offline.stderr)


def check_retention(report, server, ids):
    even, odd = ids[0::2], ids[1::2]

    def left():
        return [id_ for id_ in even if server.rows("SELECT 1 FROM wf_instance WHERE id = ?", id_)]

    def have_ended():
        return not server.rows("SELECT 1 FROM wf_instance WHERE workflow = 'short-lived' AND ended_at IS NULL")

    report.check(harness.eventually(have_ended, 30), "the short-lived have ended")
    time.sleep(2.1)
    # A server removes at its start, and every minute.
    server.kill()
    server.start()
    report.check(harness.eventually(lambda: not left(), 30), "what completed leaves after two seconds", left()[:3])
    failed = [id_ for id_ in odd if server.status(id_) == "failed"]
    report.check(len(failed) == len(odd), "what failed stays", (len(failed), len(odd)))
    report.check(server.status(even[0]) == "HTTP 404", "of what has left the server knows nothing", server.status(even[0]))
    report.check(
        harness.eventually(lambda: server.count("SELECT count(*) FROM wf_removal") == 0, 10), "nothing is left to remove")
    tables = ("wf_step", "wf_attempt", "wf_log", "wf_email", "wf_run", "wf_label", "wf_taken", "wf_timer", "wf_wait", "wf_child_end")
    for table in tables:
        orphans = server.count(f"SELECT count(*) FROM {table} WHERE instance NOT IN (SELECT number FROM wf_instance)"
                               if table != "wf_child_end" else
                               "SELECT count(*) FROM wf_child_end WHERE parent NOT IN (SELECT number FROM wf_instance)")
        report.check(orphans == 0, f"{table} keeps nothing of those that left", orphans)
    old = server.count("SELECT count(*) FROM wf_step s JOIN wf_instance i ON i.number = s.instance WHERE s.run < i.run - 1")
    runs = server.count("SELECT max(run) FROM wf_instance")
    report.check(old == 0 and runs > 3, "runs before the previous one keep no rows", (old, runs))
    counted = server.rows("SELECT workflow, status, count FROM wf_count WHERE count <> 0 ORDER BY workflow, status")
    real = server.rows("SELECT workflow, status, count(*) AS count FROM wf_instance GROUP BY workflow, status ORDER BY workflow, status")
    report.check([tuple(row) for row in counted] == [tuple(row) for row in real], "what is counted is what is there")


def check_poison(report, server):
    poison = server.start_instance("waiting", {}, "poison")
    other = server.start_instance("waiting", {}, "other")
    harness.eventually(lambda: server.status(poison) == server.status(other) == "suspended")
    number = server.count("SELECT number FROM wf_instance WHERE id = ?", poison)
    for death in range(1, 6):
        server.kill()
        report.check(
            not server.rows("SELECT 1 FROM wf_instance WHERE hold IS NOT NULL"), f"nobody is held before death {death}")
        # As if the server had been working on it: the marker is eight bytes for each thread, the number of the instance or 0.
        with open(server.database + ".working", "r+b") as marker:
            marker.write(struct.pack("<q", number))
        server.start()
    held = server.rows("SELECT id, hold FROM wf_instance WHERE hold IS NOT NULL")
    report.check([tuple(row) for row in held] == [(poison, "quarantined")], "after five it is quarantined", [tuple(row) for row in held])
    server.send_event("go", {"id": "x"}, "go-1")
    report.check(harness.eventually(lambda: server.status(other) == "completed"), "the others go on", server.status(other))
    why = server.run("why", poison).stdout
    report.check("quarantine" in why and "died 5 times" in why, "wfrun why says so", why)
    report.check(server.run("resume", poison, "--reason", "mended").returncode == 0, "it can be released")
    report.check(harness.eventually(lambda: server.status(poison) == "completed"), "and goes on then", server.status(poison))


def main():
    given = harness.options(__doc__, seconds=(130.0, "seconds of kills"))
    chance = random.Random(given.seed)
    report = harness.Report()
    with harness.working_folder(given.keep) as folder:
        definitions = os.path.join(folder, "definitions")
        os.makedirs(definitions)
        for name, content in DEFINITIONS.items():
            with open(os.path.join(definitions, name + ".yaml"), "w", encoding="utf-8") as file:
                file.write(content)
        server = harness.Server(given.binary, folder, definitions)
        try:
            server.start()
            ids = disturb(server, given.seconds, chance, report)
            check_retention(report, server, ids)
            check_schedules(report, server)
            check_schedules_command(report, server)
            check_poison(report, server)
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0", server.log()[-500:])
            harness.check_journal(report, server)
        finally:
            server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
