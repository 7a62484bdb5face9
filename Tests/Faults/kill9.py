#!/usr/bin/env python3
"""kill -9 at random moments of the lives of order-fulfillment, expense-approval and disk-report.

Each moment is drawn from the length of an untouched life. The server is killed, started again and left to finish; what
happened is judged by the shop's own record and by the database, read without wfrun.
"""

import os
import random
import subprocess
import sys
import time

import harness


def order(server, number):
    """Starts an order and sends its scan as soon as the start is known; gives the instance's id."""
    name = f"A-{number}"
    id_ = server.start_instance("order-fulfillment", {"orderId": name, "customerId": f"c{number}"}, f"order-{number}")
    server.send_event("shipment.label.scanned", {"orderId": name, "trackingNumber": f"T{number}"}, f"scan-{number}")
    return id_


def expense(server, number):
    name = f"E-{number}"
    input_ = {
        "expenseId": name, "amount": 12.5, "employee": "emma@example.com", "manager": "max@example.com", "director": "dora@example.com"}
    id_ = server.start_instance("expense-approval", input_, f"expense-{number}")
    decision = {"expenseId": name, "decision": "approved" if number % 2 else "rejected", "by": "max@example.com"}
    server.send_event("expense.decided", decision, f"decision-{number}")
    return id_


def report_disk(server, number):
    return server.start_instance("disk-report", {"path": "/usr"}, f"disk-{number}")


LIVES = {"order-fulfillment": order, "expense-approval": expense, "disk-report": report_disk}


def live_through(server, life, number, delay, seconds=60):
    """One life with a kill after `delay` seconds (None: none). The id and how long it took."""
    begun = time.monotonic()
    killer = None
    if delay is not None:
        killer = harness.threading.Thread(target=lambda: (time.sleep(delay), server.kill(), server.start()), daemon=True)
        killer.start()
    id_ = life(server, number)
    ended = harness.eventually(lambda: server.status(id_) in harness.ENDED, seconds, pause=0.005)
    took = time.monotonic() - begun
    if killer:
        killer.join(seconds)
    return id_, took, ended


def run(report, server, shop, workflow, kills, chance):
    life = LIVES[workflow]
    _, length, _ = live_through(server, life, 0, None)
    _, again, _ = live_through(server, life, 1, None)
    length = max(length, again)
    report.say(f"{workflow}: an untouched life takes {length * 1000:.0f} ms")
    unfinished = []
    for number in range(2, kills + 2):
        id_, _, ended = live_through(server, life, number, chance.uniform(0, length * 1.2))
        if not ended:
            unfinished.append((id_, server.status(id_)))
    report.check(not unfinished, f"{workflow}: every instance ended after its kill", unfinished[:5])
    statuses = server.rows("SELECT status, count(*) AS n FROM wf_instance WHERE workflow = ? GROUP BY status", workflow)
    counts = {row["status"]: row["n"] for row in statuses}
    report.check(counts == {"completed": kills + 2}, f"{workflow}: every instance completed, none is lost or doubled", counts)
    failed = server.rows(
        "SELECT s.key, s.failure FROM wf_step s JOIN wf_instance i ON i.number = s.instance WHERE i.workflow = ? AND s.status = 'failed'", workflow)
    report.check(not failed, f"{workflow}: no step failed because of a kill", [tuple(row) for row in failed[:5]])


def leftovers():
    """Processes that carry a step's key though no server runs."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if b"\0WFRUN_STEP_KEY=" in b"\0" + file.read():
                        found.append(name)
            except OSError:
                pass
    return found


SLOW = """workflow: slow-command
steps:
  - id: nap
    call: shell
    with: { script: "echo $WFRUN_STEP_KEY >> naps; trap '' TERM; sleep 2; sleep 0.2", dir: "%s" }
"""


def kill_during_command(report, binary, folder):
    """A command that a crash interrupted is ended with the server, and runs once more, alone."""
    os.makedirs(os.path.join(folder, "definitions"))
    with open(os.path.join(folder, "definitions", "slow-command.yaml"), "w", encoding="utf-8") as file:
        file.write(SLOW % folder)
    naps = os.path.join(folder, "naps")
    server = harness.Server(binary, folder, os.path.join(folder, "definitions"))
    server.start()
    id_ = server.start_instance("slow-command", {}, "slow")
    harness.eventually(lambda: os.path.exists(naps))
    server.kill()
    report.check(harness.eventually(lambda: not leftovers(), 20), "no command outlives its killed server", leftovers())
    server.start()
    ended = harness.eventually(lambda: server.status(id_) in harness.ENDED, 60)
    report.check(ended and server.status(id_) == "completed", "the interrupted command ran again", server.status(id_))
    with open(naps, encoding="utf-8") as file:
        keys = file.read().split()
    report.check(len(keys) == 2 and len(set(keys)) == 1, "it ran twice under one key", keys)
    report.check(server.stop() == 0, "SIGTERM ends the server with code 0")


def main():
    given = harness.options(__doc__, kills=(40, "kills per workflow"))
    chance = random.Random(given.seed)
    report = harness.Report()
    with harness.working_folder(given.keep) as folder:
        shop = harness.Shop(folder, latency=3)
        server = harness.Server(given.binary, folder, environment=shop.environment())
        try:
            server.start()
            for workflow in LIVES:
                run(report, server, shop, workflow, given.kills, chance)
            interrupted = server.count("SELECT coalesce(sum(interruptions), 0) FROM wf_step")
            attempts = server.count("SELECT count(*) FROM wf_attempt")
            report.say(f"{interrupted} steps were interrupted")
            harness.check_journal(report, server)
            harness.check_shop(report, shop.record(), max(interrupted, attempts))
            charged = {line["key"] for line in shop.record() if line["event"] == "call" and line["path"] == "/charges"}
            report.check(len(charged) == given.kills + 2, "every order was charged under one key of its own", len(charged))
            refunds = [line for line in shop.record() if line["path"] == "/refunds"]
            report.check(not refunds, "nothing was refunded", refunds[:3])
            mails = server.count("SELECT count(*) FROM wf_email")
            files = len([name for name in os.listdir(os.path.join(folder, "outbox")) if name.endswith(".eml")])
            report.check(mails == files == 4 * (given.kills + 2), "each mail is one row and one file", (mails, files))
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0", server.log()[-500:])
        finally:
            server.kill()
            shop.stop()
        command_folder = os.path.join(folder, "command")
        os.makedirs(command_folder)
        kill_during_command(report, given.binary, command_folder)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
