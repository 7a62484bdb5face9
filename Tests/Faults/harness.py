"""What the process tests share: a server that can be killed, the demo shop, HTTP with kept connections, an independent reader
of the journal, and a report that ends in "N passed, N failed".

Python's standard library only. Every wait is bounded; every random choice comes from the printed seed.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENDED = ("completed", "failed", "cancelled", "timed_out")


def options(description, **more):
    """Parses the options every script has; `more` maps a name to (default, help)."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="the wfrun to test (default: the newest build)")
    parser.add_argument("--seed", type=int, help="of all random choices (default: a new one, printed)")
    parser.add_argument("--keep", action="store_true", help="keep the working folder")
    for name, (default, help_) in more.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(default), default=default, help=f"{help_} (default: {default})")
    given = parser.parse_args()
    if given.seed is None:
        given.seed = random.SystemRandom().randrange(1 << 32)
    given.binary = os.path.abspath(given.binary or newest_binary())
    print(f"{os.path.basename(sys.argv[0])} --seed {given.seed} --binary {given.binary}", flush=True)
    return given


def newest_binary():
    found = [os.path.join(ROOT, ".build", kind, "wfrun") for kind in ("release", "debug")]
    found = [path for path in found if os.access(path, os.X_OK)]
    if not found:
        sys.exit("There is no wfrun below .build: build it with 'swift build -c release', or name one with --binary.")
    return max(found, key=os.path.getmtime)


class Report:
    """Counts what holds and what does not."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, holds, sentence, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {sentence}" + (f"\n        {detail}" if detail != "" else ""), flush=True)
        return holds

    def say(self, text):
        print(text, flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


@contextlib.contextmanager
def working_folder(keep):
    folder = tempfile.mkdtemp(prefix="wfrun-faults-")
    try:
        yield folder
    finally:
        if keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def free_port():
    """Below the ports that connections get: a client that polls for a server on one of those can connect to itself."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def eventually(condition, seconds=30, pause=0.01):
    """The condition's first true value, or None when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            return None
        time.sleep(pause)


class Shop:
    """The demo shop as a process of its own."""

    def __init__(self, folder, latency=0, fail_rate=0, seed=1):
        self.record_path = os.path.join(folder, "shop.jsonl")
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(ROOT, "scripts", "demo-shop"), "--record", self.record_path, "--latency", str(latency),
             "--fail-rate", str(fail_rate), "--seed", str(seed)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def environment(self):
        names = ("ORDERS", "PAYMENTS", "ACCOUNTING", "PRIMARY", "FALLBACK")
        return {f"WFRUN_CONFIG_{name}_URL": self.url for name in names} | {"WFRUN_SECRET_PAYMENTS_KEY": "a-payments-key"}

    def record(self):
        with open(self.record_path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def stop(self):
        self.process.kill()
        self.process.wait()


class Server:
    """`wfrun serve` as a process that can be killed and started again on the same database."""

    def __init__(self, binary, folder, definitions=None, environment=None):
        self.binary = binary
        self.folder = folder
        self.definitions = definitions or os.path.join(ROOT, "definitions")
        self.database = os.path.join(folder, "wfrun.db")
        self.port = free_port()
        self.log_path = os.path.join(folder, "server.log")
        self.environment = clean_environment() | {"WFRUN_ACTIONS_SHELL_ALLOW_ROOT": "1"} | (environment or {})
        self.process = None
        self.local = threading.local()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments):
        return [self.binary, *arguments]

    def launch(self):
        """Starts the process and returns at once."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command("serve", "--definitions", self.definitions, "--db", self.database, "--listen", f"127.0.0.1:{self.port}"),
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment, cwd=self.folder)

    def start(self, seconds=60):
        """Starts the process; the seconds until it was ready."""
        begun = time.monotonic()
        self.launch()
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log()[-2000:]}")
            if self.is_ready():
                return time.monotonic() - begun
            if time.monotonic() - begun > seconds:
                raise RuntimeError(f"the server was not ready in {seconds} s:\n{self.log()[-2000:]}")
            time.sleep(0.002)

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self):
        """kill -9, as a crash would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, seconds=60):
        """Ends it gently; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def token(self):
        with open(self.database + ".token", encoding="utf-8") as file:
            return file.read().strip()

    def run(self, *arguments, environment=None, seconds=60):
        """Runs a client command against this server."""
        variables = self.environment | {"WFRUN_SERVER": self.url, "WFRUN_TOKEN": self.token()} | (environment or {})
        return subprocess.run(
            self.command(*arguments), env=variables, cwd=self.folder, capture_output=True, text=True, timeout=seconds)

    # HTTP, one kept connection per thread

    def call(self, method, path, body=None, headers=None, timeout=70):
        """Status and parsed answer. Raises OSError when the connection breaks: whether it happened is not known."""
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.local.connection = connection
        fields = {"Authorization": f"Bearer {self.token_in_memory()}"} | (headers or {})
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            fields["Content-Type"] = "application/json"
        try:
            connection.request(method, path, data, fields)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self.local.connection = None
            raise OSError(str(error)) from error
        try:
            return answer.status, json.loads(content) if content else None
        except ValueError:
            return answer.status, content.decode("utf-8", "replace")

    def token_in_memory(self):
        if getattr(self, "known_token", None) is None:
            self.known_token = self.token()
        return self.known_token

    def insist(self, method, path, body=None, key=None, seconds=60):
        """Repeats a call over crashes of the server until it is answered; safe by its idempotency key."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                status, answer = self.call(method, path, body, {"Idempotency-Key": key} if key else None)
                if status < 500 and not (status == 409 and method == "POST" and key):
                    return status, answer
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise RuntimeError(f"{method} {path} got no answer in {seconds} s")
            time.sleep(0.01)

    def start_instance(self, workflow, input_, key):
        status, answer = self.insist("POST", f"/v1/workflows/{workflow}/instances", {"input": input_}, key)
        if status not in (200, 201):
            raise RuntimeError(f"starting {workflow} was answered {status}: {answer}")
        return answer["id"]

    def send_event(self, name, data, id_):
        return self.insist("POST", "/v1/events", {"name": name, "data": data, "id": id_})

    def status(self, id_):
        status, answer = self.insist("GET", f"/v1/instances/{id_}")
        return answer["status"] if status == 200 else f"HTTP {status}"

    # The journal, read beside the server

    def rows(self, query, *arguments):
        """What the database says, read by SQLite itself and not by wfrun."""
        database = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        database.row_factory = sqlite3.Row
        try:
            return database.execute(query, arguments).fetchall()
        finally:
            database.close()

    def count(self, query, *arguments):
        return self.rows(query, *arguments)[0][0]


def clean_environment():
    """The caller's environment without settings of wfrun."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WFRUN_")}


def in_parallel(count, work):
    """Runs work(0) … work(count - 1) in threads; raises the first error."""
    errors = []

    def run(number):
        try:
            work(number)
        except Exception as error:  # noqa: BLE001 - handed to the caller
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def check_journal(report, server, since=""):
    """What holds in every journal, whatever happened: guarantees.md I3, I6, I7, I9, I13."""
    where = f" {since}" if since else ""
    twice = server.rows("SELECT instance, run, key, count(*) AS n FROM wf_step GROUP BY instance, run, key HAVING n > 1")
    report.check(not twice, f"each step of a run has one row{where}", [tuple(row) for row in twice[:5]])
    open_results = server.rows(
        """SELECT key, status FROM wf_step WHERE (status IN ('completed', 'failed', 'cancelled')) <> (completed_seq IS NOT NULL)
           AND NOT (verb IN ('sleep', 'wait') AND status = 'cancelled')""")
    # A sleep or wait that was stopped is no entry: it goes with the entry that stopped it.
    report.check(not open_results, f"a step has a place in the journal when and only when it has ended{where}", [tuple(row) for row in open_results[:5]])
    gaps = server.rows(
        """SELECT instance, run, count(*) AS n, max(completed_seq) AS last, count(DISTINCT completed_seq) AS different
           FROM wf_step WHERE completed_seq IS NOT NULL GROUP BY instance, run HAVING n <> last OR n <> different""")
    report.check(not gaps, f"journals have no gaps and no doubles{where}", [tuple(row) for row in gaps[:5]])
    overrun = server.rows("SELECT key, interruptions FROM wf_step WHERE interruptions > 5")
    report.check(not overrun, f"no step was interrupted more than five times{where}", [tuple(row) for row in overrun[:5]])
    held = server.rows("SELECT id, hold, hold_reason FROM wf_instance WHERE hold IS NOT NULL")
    report.check(not held, f"no instance is held{where}", [tuple(row) for row in held[:5]])
    ended_work = server.count(
        """SELECT (SELECT count(*) FROM wf_timer t JOIN wf_instance i ON i.number = t.instance
                   WHERE i.status IN ('completed', 'failed', 'cancelled', 'timed_out'))
                + (SELECT count(*) FROM wf_wait w JOIN wf_instance i ON i.number = w.instance
                   WHERE i.status IN ('completed', 'failed', 'cancelled', 'timed_out'))""")
    report.check(ended_work == 0, f"no ended instance has a timer or a wait{where}", ended_work)
    taken_twice = server.rows("SELECT instance, run, wait, count(*) AS n FROM wf_taken GROUP BY instance, run, wait HAVING n > 1")
    report.check(not taken_twice, f"no wait took two events{where}", [tuple(row) for row in taken_twice[:5]])


def check_shop(report, record, interrupted):
    """No call whose answer was recorded is made again.

    - interrupted: how many interruptions the journal counts in all; each may repeat one call.
    """
    calls = [line for line in record if line["event"] == "call"]
    effects = {}
    for line in calls:
        if line["method"] == "POST" and line["effect"]:
            effects.setdefault((line["path"], line["key"]), []).append(line)
    doubled = [key for key, lines in effects.items() if len(lines) > 1]
    report.check(not doubled, "no key had two effects in the shop", doubled[:5])
    keyless = [line["path"] for line in calls if line["method"] == "POST" and not line["key"]]
    report.check(not keyless, "every POST carries a key", keyless[:5])
    counts = {}
    for line in calls:
        if line["method"] == "POST":
            counts[(line["path"], line["key"])] = counts.get((line["path"], line["key"]), 0) + 1
    repeated = sum(number - 1 for number in counts.values())
    report.check(repeated <= interrupted, f"calls were repeated {repeated} times for {interrupted} interruptions", counts)
