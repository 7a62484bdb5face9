#!/usr/bin/env python3
"""Many instances of ten `random.uuid` steps, started over kept connections: steps a second, time until ready, and the same with
kill -9 in the middle: no step is lost.

With --at-least N fewer steps a second are a failure. The client's own work is part of the time.
"""

import os
import random
import sys
import time

import harness

WORKFLOW = "workflow: ten-steps\nsteps:\n" + "".join(f"  - id: step_{n}\n    call: random.uuid\n" for n in range(10)) + "output: ${{ steps.step_9 }}\n"


def start_all(server, instances, clients, prefix):
    def client(worker):
        for number in range(worker, instances, clients):
            server.start_instance("ten-steps", {}, f"{prefix}-{number}")

    harness.in_parallel(clients, client)


def completed(server):
    return server.count("SELECT count(*) FROM wf_instance WHERE status = 'completed'")


def measure(report, server, given):
    # The first instances pay for what is made once.
    start_all(server, 16, 4, "warm")
    harness.eventually(lambda: completed(server) == 16, 60)
    begun = time.monotonic()
    start_all(server, given.instances, given.clients, "measured")
    all_done = harness.eventually(lambda: completed(server) == 16 + given.instances, 300, pause=0.002)
    took = time.monotonic() - begun
    rate = given.instances * 10 / took
    report.say(f"{given.instances} instances x 10 steps in {took:.3f} s: {rate:,.0f} steps/s")
    report.check(all_done, "every instance completed", completed(server))
    if given.at_least:
        report.check(rate >= given.at_least, f"at least {given.at_least:,} steps/s", f"{rate:,.0f}")
    return took


def kill_in_the_middle(report, server, given, chance, took):
    before = completed(server)
    killer = harness.threading.Thread(
        target=lambda: (time.sleep(chance.uniform(0.1, 0.8) * took), server.kill(), server.start()), daemon=True)
    killer.start()
    start_all(server, given.instances, given.clients, "killed")
    killer.join(120)
    done = harness.eventually(lambda: completed(server) == before + given.instances, 300, pause=0.01)
    report.check(done, "every instance completed over a kill", (completed(server), before + given.instances))
    instances = server.count("SELECT count(*) FROM wf_instance")
    report.check(instances == before + given.instances, "repeated starts made no second instance", instances)
    steps = server.count("SELECT count(*) FROM wf_step WHERE verb = 'call' AND status = 'completed'")
    report.check(steps == instances * 10, "no step is lost and none is doubled", (steps, instances * 10))
    harness.check_journal(report, server)


def main():
    given = harness.options(
        __doc__, instances=(200, "to start"), clients=(16, "connections"), at_least=(0, "steps a second that must be reached"),
        ready=(0.0, "seconds in which a started server must be ready"))
    chance = random.Random(given.seed)
    report = harness.Report()
    with harness.working_folder(given.keep) as folder:
        definitions = os.path.join(folder, "definitions")
        os.makedirs(definitions)
        with open(os.path.join(definitions, "ten-steps.yaml"), "w", encoding="utf-8") as file:
            file.write(WORKFLOW)
        server = harness.Server(given.binary, folder, definitions)
        try:
            server.start()
            took = measure(report, server, given)
            ready = []
            for _ in range(5):
                server.kill()
                ready.append(server.start())
            best = min(ready)
            report.say("ready after " + ", ".join(f"{seconds * 1000:.0f}" for seconds in ready) + " ms")
            if given.ready:
                report.check(best <= given.ready, f"ready within {given.ready} s", best)
            kill_in_the_middle(report, server, given, chance, took)
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0")
        finally:
            server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
