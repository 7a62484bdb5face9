#!/usr/bin/env python3
"""Events that arrive before, while and after their wait is registered, under load: none is lost, none is consumed twice."""

import random
import sys
import threading

import harness

WAITER = """workflow: waiter
input: { number: integer }
events:
  bell.rung: { number: integer, ring: string }
steps:
  - id: before
    call: random.uuid
  - id: bell
    wait: { event: bell.rung, match: { number: "${{ input.number }}" } }
    timeout: 1h
  - id: after
    call: random.uuid
output: ${{ steps.bell.ring }}
"""


def main():
    given = harness.options(__doc__, rounds=(1000, "instances, each with its event"), clients=(16, "connections at once"))
    report = harness.Report()
    with harness.working_folder(given.keep) as folder:
        definitions = harness.os.path.join(folder, "definitions")
        harness.os.makedirs(definitions)
        with open(harness.os.path.join(definitions, "waiter.yaml"), "w", encoding="utf-8") as file:
            file.write(WAITER)
        server = harness.Server(given.binary, folder, definitions)
        try:
            server.start()
            ids = {}
            refused = []
            lock = threading.Lock()

            def ring(number):
                status, answer = server.send_event("bell.rung", {"number": number, "ring": f"ring-{number}"}, f"bell-{number}")
                if status != 202:
                    with lock:
                        refused.append((number, status, answer))

            def client(worker):
                chance = random.Random(given.seed + worker)
                for number in range(worker, given.rounds, given.clients):
                    id_ = server.start_instance("waiter", {"number": number}, f"waiter-{number}")
                    with lock:
                        ids[number] = id_
                    moment = chance.choice(("at once", "later", "registered"))
                    if moment == "later":
                        harness.time.sleep(chance.uniform(0, 0.01))
                    elif moment == "registered":
                        harness.eventually(lambda: server.status(id_) == "suspended", 30, pause=0.001)
                    ring(number)
                    if chance.random() < 0.2:
                        ring(number)  # the same (source, id) again is the same event

            harness.in_parallel(given.clients, client)
            report.check(not refused, "every event was accepted", refused[:5])
            done = harness.eventually(
                lambda: server.count("SELECT count(*) FROM wf_instance WHERE status = 'completed'") == given.rounds, 120, pause=0.05)
            counts = [tuple(row) for row in server.rows("SELECT status, count(*) FROM wf_instance GROUP BY status")]
            report.check(done, "every instance got its event", counts)
            outputs = {row["id"]: row["output"] for row in server.rows("SELECT id, output FROM wf_instance")}
            wrong = [number for number, id_ in ids.items() if outputs.get(id_) != f'"ring-{number}"']
            report.check(not wrong, "each took the event that was meant for it", wrong[:5])
            events = server.count("SELECT count(*) FROM wf_event WHERE name = 'bell.rung'")
            report.check(events == given.rounds, "a repeated event is one event", events)
            taken = server.count("SELECT count(*) FROM wf_taken")
            different = server.count("SELECT count(DISTINCT event) FROM wf_taken")
            report.check(taken == different == given.rounds, "each event was consumed once", (taken, different))
            harness.check_journal(report, server)
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0")
        finally:
            server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
