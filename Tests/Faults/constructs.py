#!/usr/bin/env python3
"""kill -9 at random moments of lives that use the whole language: a saga that compensates, parallel branches of which one
fails, a loop over many items eight at a time, children three deep cancelled from the top, and fifty runs by continue_as_new.

Every step appends a line to a file; what happened is judged by that file and by the database, read without wfrun.
"""

import collections
import os
import random
import sys
import threading
import time

import harness


class Life:
    """A workflow with how it is started and what its record has to say at the end."""

    def __init__(self, workflow, status, input_=None, cancel_when=None):
        self.workflow = workflow
        self.status = status
        self.input = input_ or {}
        # A line of the record that must be there before the instance is cancelled.
        self.cancel_when = cancel_when

    def start(self, server, folder, name):
        input_ = {"folder": folder} | self.input
        if self.workflow.startswith("family"):
            input_["name"] = name
        return server.start_instance(self.workflow, input_, name)


def items(count):
    return {"items": [f"i{number}" for number in range(count)]}


def lives(count):
    return [
        Life("saga", "failed"),
        Life("branches", "completed"),
        Life("batch", "completed", items(count)),
        Life("family-top", "cancelled", cancel_when="leaf"),
        Life("years", "completed", {"year": 1}),
    ]


def record(folder):
    """The lines of the record as (instance, what, key)."""
    path = os.path.join(folder, "record.txt")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [tuple(line.split()) for line in file if line.endswith("\n")]


def live_through(server, life, folder, name, delay, seconds=120):
    """One life with a kill after `delay` seconds (None: none). The id, how long it took, whether it ended."""
    begun = time.monotonic()
    killer = None
    if delay is not None:
        killer = threading.Thread(target=lambda: (time.sleep(delay), server.kill(), server.start()), daemon=True)
        killer.start()
    id_ = life.start(server, folder, name)
    if life.cancel_when:
        harness.eventually(lambda: any(line[:2] == (name, life.cancel_when) for line in record(folder)), seconds)
        status, answer = server.insist("POST", f"/v1/instances/{id_}/cancel", {"reason": "enough"})
        if status not in (202, 409):
            raise RuntimeError(f"cancel was answered {status}: {answer}")
    ended = harness.eventually(lambda: server.status(id_) in harness.ENDED, seconds, pause=0.005)
    took = time.monotonic() - begun
    if killer:
        killer.join(seconds)
    return id_, took, ended


EXPECTED = {
    "saga": ["hotel", "car", "flight", "undo-car", "undo-flight", "undo-hotel", "tell"],
    "branches": ["left-one", "middle-one", "undo-left-one", "settle"],
    "family-top": ["top", "middle", "leaf", "undo-leaf", "undo-middle", "undo-top"],
    "years": [f"year-{number}" for number in range(1, 51)],
}


def check_record(report, life, lines, who):
    """Every effect is there, in an order the definition allows, and under one key."""
    expected = EXPECTED.get(life.workflow) or [f"item-{item}" for item in life.input["items"]]
    first = {}
    keys = collections.defaultdict(set)
    for position, (_, what, key) in enumerate(lines):
        first.setdefault(what, position)
        keys[what].add(key)
    missing = [what for what in expected if what not in first]
    # A branch that had not begun when its sibling failed does not begin.
    if life.workflow == "branches" and missing and set(missing) <= {"left-one", "undo-left-one"}:
        missing = []
    ok = report.check(not missing, f"{life.workflow} {who}: everything was done", missing[:5])
    strange = [what for what in first if what not in expected]
    ok &= report.check(not strange, f"{life.workflow} {who}: nothing else was done", strange[:5])
    doubled = {what: found for what, found in keys.items() if len(found) > 1}
    ok &= report.check(not doubled, f"{life.workflow} {who}: each effect has one key", doubled)
    order = {
        "saga": [("hotel", "car"), ("hotel", "flight"), ("undo-car", "undo-hotel"), ("undo-flight", "undo-hotel"), ("undo-hotel", "tell")],
        "branches": [("middle-one", "settle")],
        "family-top": list(zip(EXPECTED["family-top"], EXPECTED["family-top"][1:])),
        "years": list(zip(EXPECTED["years"], EXPECTED["years"][1:])),
    }.get(life.workflow, [])
    wrong = [(a, b) for a, b in order if a in first and b in first and first[a] > first[b]]
    ok &= report.check(not wrong, f"{life.workflow} {who}: in the right order", wrong)
    if life.workflow == "saga" and "undo-car" in first and "undo-flight" in first:
        # The newer completion is undone first. Who completed last is in the journal, not in the order of writing.
        report.saga_orders.append((who, first["undo-car"] < first["undo-flight"]))
    return ok


def check_saga_order(report, server):
    """Compensation is the reverse of completion, for the two bookings that were made at once."""
    wrong = []
    for name, car_first in report.saga_orders:
        rows = server.rows(
            """SELECT s.key, s.completed_seq FROM wf_step s JOIN wf_instance i ON i.number = s.instance
               WHERE i.id = ? AND s.key IN ('journey/car/write', 'journey/flight/write')""", name)
        completed = {row["key"].split("/")[1]: row["completed_seq"] for row in rows}
        if (completed["car"] > completed["flight"]) != car_first:
            wrong.append(name)
    report.check(not wrong, "saga: the newer completion is undone first", wrong[:5])


def run(report, server, folder, life, kills, chance):
    _, length, ended = live_through(server, life, folder, f"{life.workflow}-calm", None)
    report.check(ended, f"{life.workflow}: an untouched life ends")
    report.say(f"{life.workflow}: an untouched life takes {length * 1000:.0f} ms")
    names = [f"{life.workflow}-{number}" for number in range(kills)]
    ids = []
    for name in names:
        id_, _, ended = live_through(server, life, folder, name, chance.uniform(0, length * 1.1))
        report.check(ended, f"{name}: it ended after its kill", server.status(id_))
        ids.append(id_)
    wrong = [(id_, server.status(id_)) for id_ in ids if server.status(id_) != life.status]
    report.check(not wrong, f"{life.workflow}: every instance is {life.status}", wrong[:5])
    lines = record(folder)
    by_instance = collections.defaultdict(list)
    for line in lines:
        by_instance[line[0]].append(line)
    for id_, name in zip(ids, names):
        check_record(report, life, by_instance[name if life.workflow.startswith("family") else id_], id_)


def main():
    given = harness.options(__doc__, kills=(8, "kills per life"), items=(60, "items of the loop"))
    chance = random.Random(given.seed)
    report = harness.Report()
    report.saga_orders = []
    definitions = os.path.join(os.path.dirname(os.path.abspath(__file__)), "definitions")
    with harness.working_folder(given.keep) as folder:
        server = harness.Server(given.binary, folder, definitions)
        try:
            server.start()
            for life in lives(given.items):
                run(report, server, folder, life, given.kills, chance)
            check_saga_order(report, server)
            harness.check_journal(report, server)
            interrupted = server.count("SELECT coalesce(sum(interruptions), 0) FROM wf_step")
            lines = record(folder)
            repeated = len(lines) - len(set(lines))
            report.say(f"{interrupted} steps were interrupted, {repeated} effects repeated")
            report.check(repeated <= interrupted, "no effect was repeated without an interruption", (repeated, interrupted))
            children = server.rows("SELECT status, count(*) AS n FROM wf_instance WHERE workflow LIKE 'family-%' GROUP BY status")
            report.check(
                {row["status"] for row in children} == {"cancelled"}, "a cancel from the top reaches every child",
                [tuple(row) for row in children])
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0", server.log()[-500:])
        finally:
            server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
