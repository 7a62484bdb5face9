#!/usr/bin/env python3
"""`wfrun serve` from outside: start, refusals, the token file, edited definitions, gentle and hard ends.

Checked step by step, each with a server and a folder of its own.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import harness
from harness import free_port

BINARY = ""
PATIENCE = 20

WAITING = """workflow: waiting
events:
  go: {{ n: integer }}
steps:
  - {{ id: first, call: log, with: {{ message: "{text}" }} }}
  - {{ id: go, wait: {{ event: go }}, timeout: 1d }}
output: "{text}"
"""


class ServeTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wfrun-serve-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "definitions").mkdir()
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "WFRUN_SERVER": f"http://127.0.0.1:{self.port}"}
        self.define("one")

    def define(self, text):
        (self.folder / "definitions/waiting.yaml").write_text(WAITING.format(text=text))

    def serve(self, *arguments):
        errors = open(self.folder / "serve.err", "ab")
        server = subprocess.Popen(
            [BINARY, "serve", "--listen", f"127.0.0.1:{self.port}", *arguments], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=errors, text=True)
        self.addCleanup(errors.close)
        self.addCleanup(server.stdout.close)
        self.addCleanup(lambda: (server.kill(), server.wait()))
        self.assertIn("wfrun serves", server.stdout.readline())
        return server

    def wfrun(self, *arguments, code=0):
        run = subprocess.run(
            [BINARY, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"{what} did not happen:\n{(self.folder / 'serve.err').read_text()}")

    def status(self, identifier):
        return json.loads(self.wfrun("show", identifier, "-o", "json").stdout)["status"]

    def log(self):
        return (self.folder / "serve.err").read_text()

    def test_what_is_resumed_finds_all_definitions(self):
        """A step that came due while no server ran starts a child and sends what starts another at the first moment."""
        folder = self.folder / "definitions"
        (folder / "parent.yaml").write_text(
            "workflow: parent\nevents: { told: { n: integer } }\nsteps:\n"
            "  - { id: nap, sleep: 1s }\n"
            "  - { id: tell, emit: { event: told, data: { n: 1 } } }\n"
            "  - { id: child, invoke: zz-child }\n")
        (folder / "zz-child.yaml").write_text("workflow: zz-child\nsteps:\n  - { id: a, let: { n: 1 } }\n")
        (folder / "zz-told.yaml").write_text(
            "workflow: zz-told\nevents: { told: { n: integer } }\ntriggers: [{ event: told }]\nsteps:\n  - { id: a, let: { n: 1 } }\n")
        for number in range(200):
            (folder / f"more-{number}.yaml").write_text(f"workflow: more-{number}\nsteps:\n  - {{ id: a, let: {{ n: {number} }} }}\n")
        server = self.serve()
        parent = self.wfrun("start", "parent").stdout.strip()
        server.kill()
        server.wait()
        time.sleep(1.2)
        self.serve()
        self.until(lambda: self.status(parent) in harness.ENDED, "the parent's end")
        self.assertEqual(self.status(parent), "completed", self.wfrun("show", parent).stdout)
        self.until(lambda: json.loads(self.wfrun("list", "--workflow", "zz-told", "-o", "json").stdout)["items"], "the triggered start")

    def test_the_token_file_is_private_and_kept(self):
        server = self.serve()
        token = self.folder / ".wfrun/wfrun.db.token"
        self.assertEqual(stat.S_IMODE(token.stat().st_mode), 0o600)
        text = token.read_text().strip()
        self.assertEqual(self.log().count(text), 1)
        server.terminate()
        self.assertEqual(server.wait(PATIENCE), 0)
        self.serve()
        self.assertEqual(token.read_text().strip(), text)
        self.assertEqual(self.log().count(text), 1)
        self.environment["WFRUN_TOKEN"] = "wfr_wrong"
        self.wfrun("list", code=4)

    def test_a_used_port_and_a_used_database_are_one_sentence(self):
        self.serve()
        port = self.wfrun("serve", "--listen", f"127.0.0.1:{self.port}", code=2)
        self.assertIn("is in use", port.stderr)
        database = self.wfrun("serve", "--listen", f"127.0.0.1:{free_port()}", code=2)
        self.assertIn("in use by process", database.stderr)
        folder = self.wfrun("serve", "--listen", f"127.0.0.1:{free_port()}", "--definitions", "nowhere", code=2)
        self.assertIn("There is no folder nowhere", folder.stderr)
        for run in (port, database, folder):
            self.assertEqual(run.stdout, "")
            self.assertLessEqual(len(run.stderr.splitlines()), 2)

    def test_a_port_that_a_dying_process_still_has_is_waited_for(self):
        with socket.socket() as dying:
            dying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            dying.bind(("127.0.0.1", self.port))
            dying.listen()
            timer = threading.Timer(0.3, dying.close)
            timer.start()
            self.serve()
            timer.join()

    def test_instances_survive_a_kill(self):
        server = self.serve()
        identifier = self.wfrun("start", "waiting").stdout.strip()
        self.until(lambda: self.status(identifier) == "suspended", "waiting")
        server.kill()
        server.wait()
        self.wfrun("list", code=6)
        self.assertIn(identifier, self.wfrun("list", "--db", ".wfrun/wfrun.db").stdout)
        self.serve()
        self.wfrun("result", identifier, code=7)
        self.wfrun("event", "send", "go", "--data", '{"n": "x"}', code=1)
        self.wfrun("event", "send", "go", "--data", '{"n": 1}')
        self.assertEqual(json.loads(self.wfrun("result", identifier, "--wait=20s").stdout), "one")

    def test_what_a_forced_cancel_leaves_open_is_shown_as_abandoned(self):
        server = self.serve()
        identifier = self.wfrun("start", "waiting").stdout.strip()
        server.kill()
        server.wait()
        with contextlib.closing(sqlite3.connect(self.folder / ".wfrun/wfrun.db")) as database:
            database.execute("UPDATE wf_step SET input_digest = '00' WHERE key = 'first'")
            database.commit()
        self.serve()
        # What makes the server look at it.
        self.wfrun("event", "send", "go", "--data", '{"n": 1}')
        self.until(lambda: "held: mismatch" in self.wfrun("list").stdout, "the hold")
        self.wfrun("upgrade", identifier, code=5)
        self.wfrun("cancel", identifier, "--force", "--reason", "broken by hand")
        shown = self.wfrun("show", identifier).stdout
        self.assertRegex(shown, r"go +wait +abandoned\n")
        self.assertNotIn("until", shown)
        for command in ("why", "history"):
            self.assertIn("broken by hand", self.wfrun(command, identifier).stdout)

    def test_edits_reach_new_instances_only_and_broken_ones_nobody(self):
        self.serve()
        old = self.wfrun("start", "waiting").stdout.strip()
        self.define("two")
        self.until(lambda: "new instances run the new text" in self.log(), "the reload")
        new = self.wfrun("start", "waiting").stdout.strip()
        (self.folder / "definitions/waiting.yaml").write_text("workflow: waiting\nsteps: [oops\n")
        self.until(lambda: "left as they were" in self.log(), "the report of the broken edit")
        third = self.wfrun("start", "waiting").stdout.strip()
        (self.folder / "definitions/waiting.yaml").unlink()
        self.until(lambda: "is retired" in self.log(), "the retirement")
        self.wfrun("start", "waiting", code=3)
        self.wfrun("event", "send", "go", "--data", '{"n": 1}')
        outputs = [json.loads(self.wfrun("result", i, "--wait=20s").stdout) for i in (old, new, third)]
        self.assertEqual(outputs, ["one", "two", "two"])

    def test_a_cancelled_instance_is_8(self):
        self.serve()
        identifier = self.wfrun("start", "waiting").stdout.strip()
        self.wfrun("cancel", identifier, "--reason", "enough")
        self.wfrun("result", identifier, "--wait=20s", code=8)
        self.wfrun("cancel", identifier, code=5)

    def test_a_missing_setting_is_said_and_ends_a_server_with_nothing_else(self):
        (self.folder / "definitions/waiting.yaml").unlink()
        (self.folder / "definitions/asking.yaml").write_text(
            "workflow: asking\nconfig: { shopUrl: uri }\nsteps:\n"
            '  - { id: a, call: log, with: { message: "${{ config.shopUrl }}" } }\n')
        run = self.wfrun("serve", "--listen", f"127.0.0.1:{self.port}", code=2)
        self.assertIn("WFRUN_CONFIG_SHOP_URL", run.stderr)
        self.define("one")
        self.serve()
        self.assertIn("WFRUN_CONFIG_SHOP_URL", self.wfrun("start", "asking", code=1).stderr)

    def test_a_second_signal_ends_at_once(self):
        (self.folder / "definitions/slow.yaml").write_text(
            "workflow: slow\nsteps:\n  - { id: nap, call: shell, with: { argv: [sleep, '60'] } }\n")
        (self.folder / "wfrun.yaml").write_text("actions: { shell: { allowRoot: true } }\n")
        server = self.serve()
        identifier = self.wfrun("start", "slow").stdout.strip()
        self.until(lambda: self.status(identifier) == "running", "running")
        server.send_signal(signal.SIGTERM)
        self.until(lambda: "ending" in self.log(), "the announcement")
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(PATIENCE), 130)


def main():
    global BINARY
    BINARY = harness.options(__doc__).binary
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(ServeTest))
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    return 1 if bad or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
