#!/usr/bin/env python3
"""Random projects on a real server against the reference interpreter.

`ReferenceAccounts` makes projects that no one has seen, over the whole language, and says what the reference interpreter, which
was written apart from the engine, makes of them. Here a real server runs them with real HTTP calls and real commands, whose
outcomes follow that account, and has to come to the same status, output, failure and clean-up, by the same calls. Which step a call
belongs to is found by its idempotency key, computed here a second time from language.md §9.

What differs is run again by itself: a race that the machine lost under load does not come out the same way three times.
"""

import asyncio
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time

import harness

SCRIPT = """\
exec 3<>/dev/tcp/127.0.0.1/$ACTIONS_PORT
printf '%s %s\\n' "$WFRUN_STEP_KEY" "$WFRUN_STEP_ATTEMPT" >&3
IFS=' ' read -r code text <&3
printf '%s' "$text"
exit "${code:-99}"
"""


def step_key(instance, continuations, place, occurrence):
    """language.md §9: a UUIDv8 of the SHA-256 of what identifies an effect, each part ended by a zero byte."""
    parts = (instance, str(continuations), place, str(occurrence))
    digest = bytearray(hashlib.sha256(b"".join(part.encode() + b"\0" for part in parts)).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def place_of(key):
    """A memo key without the numbers of attempts at bodies."""
    place, skipping = [], False
    for letter in key:
        if letter == "~":
            skipping = True
        elif not (skipping and letter.isascii() and letter.isdigit()):
            skipping = False
            place.append(letter)
    return "".join(place)


class Outside:
    """The other side of all actions: does what the account says, and notes what it is asked."""

    def __init__(self, attempts):
        self.attempts = {(workflow, key, number): (ms / 1000, outcome) for workflow, key, number, _, ms, outcome in attempts}
        self.database = None
        self.connection = None
        self.calls = {}
        self.strange = []
        self.loop = asyncio.new_event_loop()
        self.ports = None
        ready = threading.Event()
        threading.Thread(target=self.serve, args=(ready,), daemon=True).start()
        ready.wait(10)

    def serve(self, ready):
        asyncio.set_event_loop(self.loop)

        async def begin():
            web = await asyncio.start_server(self.web, "127.0.0.1", 0, backlog=1024)
            commands = await asyncio.start_server(self.command, "127.0.0.1", 0, backlog=1024)
            self.ports = web.sockets[0].getsockname()[1], commands.sockets[0].getsockname()[1]
            ready.set()

        self.loop.run_until_complete(begin())
        self.loop.run_forever()

    def find(self, key):
        """Workflow, memo key, attempt and `input.id` of the step that is being tried under this idempotency key."""
        if self.connection is None:
            self.connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30, isolation_level=None)
        rows = self.connection.execute(
            """SELECT i.id, i.continuations, s.key, s.occurrence, i.workflow, s.attempt, i.input
               FROM wf_step s JOIN wf_instance i ON i.number = s.instance AND i.run = s.run WHERE s.status = 'running'""")
        for instance, continuations, memo, occurrence, workflow, attempt, input_ in rows:
            if step_key(instance, continuations, place_of(memo), occurrence) == key:
                return workflow, memo, attempt, json.loads(input_)["id"]
        return None

    async def act(self, key, told_attempt=None):
        """Takes as long as the account says; the outcome and the memo key."""
        found = self.find(key)
        if found is None:
            self.strange.append(f"a call came under {key}, which no running step has")
            return "unknown", key
        workflow, memo, attempt, id_ = found
        if told_attempt is not None and told_attempt != attempt:
            self.strange.append(f"{workflow} {memo} was told attempt {told_attempt}, and {attempt} is stored")
        self.calls.setdefault(id_, []).append([workflow, memo, attempt])
        seconds, outcome = self.attempts.get((workflow, memo, attempt), (0, "done"))
        await asyncio.sleep(seconds)
        return outcome, memo

    async def web(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = dict((line.partition(":")[0].lower(), line.partition(":")[2].strip()) for line in head[1:] if line)
                await reader.readexactly(int(fields.get("content-length", 0)))
                outcome, memo = await self.act(fields.get("idempotency-key", ""))
                status = {"done": "200 OK", "unavailable": "503 Unavailable", "refused": "400 Bad Request"}.get(outcome, "404 Not Found")
                body = json.dumps({"id": memo}).encode()
                writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def command(self, reader, writer):
        try:
            key, attempt = (await reader.readline()).decode().split()
            outcome, memo = await self.act(key, int(attempt))
            writer.write((f"0 {memo}\n" if outcome == "done" else "1 no\n").encode())
            await writer.drain()
        except (ValueError, OSError):
            pass
        finally:
            writer.close()


class Trial:
    """One instance on the server."""

    def __init__(self, wanted, name):
        self.wanted = wanted
        self.input = wanted["input"] | {"id": name}
        self.name = name
        self.id = None
        self.found = None

    def begin(self, server):
        self.id = server.start_instance(self.wanted["workflow"], self.input, self.name)
        begun = time.monotonic()
        for at, event in sorted(self.moments(), key=lambda moment: moment[0]):
            time.sleep(max(0, begun + at / 1000 - time.monotonic()))
            if event is None:
                self.cancel(server)
            else:
                data = {"id": self.name, "good": event["good"]}
                status, answer = server.send_event(event["name"], data, f"{self.name} {event['name']} {at}")
                if status not in (200, 201, 202):
                    raise RuntimeError(f"an event was answered {status}: {answer}")

    def moments(self):
        """Milliseconds after the start, and the event that is sent then, or None for the cancel."""
        cancel = [] if self.wanted["cancel"] is None else [(self.wanted["cancel"], None)]
        return cancel + [(event["at"], event) for event in self.wanted["events"]]

    def cancel(self, server):
        body = {"reason": "enough"} | ({} if self.wanted["compensates"] else {"compensate": False})
        status, answer = server.insist("POST", f"/v1/instances/{self.id}/cancel", body)
        if status not in (200, 202, 409):
            raise RuntimeError(f"cancel was answered {status}: {answer}")

    def judge(self, row, outside):
        """What differs from the account, or None."""
        failure = json.loads(row["failure"]) if row["failure"] else None
        self.found = {
            "status": row["status"], "output": json.loads(row["output"]) if row["output"] else None,
            "failure": failure["code"] if failure else None, "cleanup_incomplete": row["cleanup"] == "incomplete",
            "calls": sorted(outside.calls.get(self.name, [])),
        }
        # What came of an event shows the name.
        expected = json.loads(json.dumps(self.wanted["expected"]).replace(self.wanted["input"]["id"], self.name))
        expected["calls"] = sorted(expected["calls"])
        for part, value in expected.items():
            if self.found[part] != value:
                return f"{part} should be {json.dumps(value)}, the server has {json.dumps(self.found[part])}"
        return None


class Visitors:
    """Instances that come to one gate, one after the other."""

    def __init__(self, project, suffix=""):
        self.project = project
        self.workflow = project["gate"]
        self.suffix = suffix
        self.trials = [
            Trial({"input": visitor["input"], "expected": visitor["expected"]}, visitor["input"]["id"] + suffix)
            for visitor in project["visitors"]]

    def begin(self, server):
        begun = time.monotonic()
        for trial, visitor in zip(self.trials, self.project["visitors"]):
            time.sleep(max(0, begun + visitor["at"] / 1000 - time.monotonic()))
            # Without a key: a refusal is an answer here, and is not asked for again.
            status, answer = server.insist("POST", f"/v1/workflows/{self.workflow}/instances", {"input": trial.input})
            if status == 409 and answer["code"] == "workflow.rejected":
                trial.id = None
            elif status in (200, 201):
                trial.id = answer["id"]
            else:
                raise RuntimeError(f"starting {self.workflow} was answered {status}: {answer}")

    def judge(self, rows, outside):
        for number, trial in enumerate(self.trials):
            if trial.wanted["expected"]["status"] == "rejected" or trial.id is None:
                found = "rejected" if trial.id is None else rows[trial.id]["status"]
                difference = None if found == trial.wanted["expected"]["status"] else f"status should be {trial.wanted['expected']['status']}, the server has {found}"
            else:
                difference = trial.judge(rows[trial.id], outside)
            if difference:
                return f"visitor {number}: {difference}"
        return None

    def again(self, attempt):
        return Visitors(self.project, f"-{attempt}")

    def __str__(self):
        return f"{self.workflow} {json.dumps([(visitor['at'], visitor['input']) for visitor in self.project['visitors']])}"


class Single:
    """One instance by itself."""

    def __init__(self, wanted, name):
        self.trial = Trial(wanted, name)

    def begin(self, server):
        self.trial.begin(server)

    def judge(self, rows, outside):
        return self.trial.judge(rows[self.trial.id], outside)

    def again(self, attempt):
        return Single(self.trial.wanted, f"{self.trial.name}-{attempt}")

    def __str__(self):
        return f"{self.trial.wanted['workflow']} {json.dumps(self.trial.input)} cancel {self.trial.wanted['cancel']}"


def run_trials(server, outside, trials, pause):
    """Begins one after the other and waits until all, and the children they have left behind, have ended."""
    threads = []
    for trial in trials:
        thread = threading.Thread(target=trial.begin, args=(server,), daemon=True)
        thread.start()
        threads.append(thread)
        time.sleep(pause)
    for thread in threads:
        thread.join(60)
    unended = "SELECT count(*) FROM wf_instance WHERE status NOT IN ('completed', 'failed', 'cancelled', 'timed_out')"
    if not harness.eventually(lambda: server.count(unended) == 0, 120, pause=0.2):
        print("not all instances ended:", [tuple(row) for row in server.rows("SELECT id, workflow, status FROM wf_instance WHERE ended_at IS NULL LIMIT 5")])
    rows = {row["id"]: row for row in server.rows("SELECT id, status, output, failure, cleanup FROM wf_instance")}
    return [(trial, trial.judge(rows, outside)) for trial in trials]


def main():
    given = harness.options(
        __doc__, projects=(60, "random projects"), pause=(40, "milliseconds between two starts"), first=(0, "their first seed, 0: by chance"),
        accounts=("", "the ReferenceAccounts to ask, beside wfrun if none is named"))
    report = harness.Report()
    first = given.first or random.Random(given.seed).randrange(1, 1 << 40)
    accounts = given.accounts or os.path.join(os.path.dirname(given.binary), "ReferenceAccounts")
    if not os.access(accounts, os.X_OK):
        sys.exit(f"There is no {accounts}: build it with 'scripts/build --tests', or name one with --accounts.")
    lines = subprocess.run([accounts, str(first), str(given.projects)], capture_output=True, text=True, check=True).stdout.splitlines()
    projects = [json.loads(line) for line in lines]
    with harness.working_folder(given.keep) as folder:
        definitions = os.path.join(folder, "definitions")
        os.mkdir(definitions)
        for project in projects:
            for number, text in enumerate(project["texts"]):
                with open(os.path.join(definitions, f"sim-{project['label']}-{number}.yaml"), "w", encoding="utf-8") as file:
                    file.write(text)
        script = os.path.join(folder, "act.sh")
        outside = Outside([attempt for project in projects for attempt in project["attempts"]])
        server = harness.Server(given.binary, folder, definitions, {
            "WFRUN_CONFIG_URL": f"http://127.0.0.1:{outside.ports[0]}", "WFRUN_CONFIG_SCRIPT": script, "WFRUN_SECRET_TOKEN": "a-token-for-tests"})
        with open(script, "w", encoding="utf-8") as file:
            file.write(SCRIPT.replace("$ACTIONS_PORT", str(outside.ports[1])))
        outside.database = server.database
        try:
            server.start()
            everything = [Single(wanted, wanted["input"]["id"]) for project in projects for wanted in project["instances"]]
            gates = [Visitors(project) for project in projects if project["visitors"]]
            everything += gates
            outcomes = run_trials(server, outside, everything, given.pause / 1000)
            differing = [(trial, difference) for trial, difference in outcomes if difference]
            report.passed += len(outcomes) - len(differing)
            for trial, difference in differing:
                repeated = [difference]
                for attempt in range(2):
                    repeated += [found for _, found in run_trials(server, outside, [trial.again(attempt)], 0) if found]
                report.check(len(repeated) < 3, str(trial), repeated[-1])
            report.say(
                f"seeds {first} to {first + given.projects - 1}: {len(projects)} projects, {len(everything) - len(gates)} instances "
                f"and {len(gates)} gates with {sum(len(gate.trials) for gate in gates)} visitors, "
                f"{sum(len(calls) for calls in outside.calls.values())} calls; {len(differing)} were run again")
            report.check(not outside.strange, "every call belongs to a step that is stored as running", outside.strange[:5])
            harness.check_journal(report, server)
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0", server.log()[-500:])
        finally:
            server.kill()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
