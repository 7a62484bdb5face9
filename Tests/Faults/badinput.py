#!/usr/bin/env python3
"""What people get for bad input and bad surroundings: one sentence that says what to do, the exit code of interfaces.md, never a
stack trace, and nothing lost."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys

import harness

TRACES = ("Fatal error", "Stack dump", "Crash:", "*** ", "Swift/", "Thread 0", "Traceback", "Error Domain")


def run(server, *arguments, environment=None, drop=(), seconds=30):
    variables = {name: value for name, value in (server.environment | (environment or {})).items() if name not in drop}
    try:
        return subprocess.run(
            server.command(*arguments), env=variables, cwd=server.folder, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        said = (error.stdout or b"").decode("utf-8", "replace")
        return subprocess.CompletedProcess(arguments, -1, said, "it did not end")


def judge(report, result, code, words, sentence):
    """The exit code, the words of the message whatever their case, and no trace."""
    text = result.stdout + result.stderr
    shown = f"exit {result.returncode}: {text.strip()[:600]}"
    report.check(result.returncode == code, f"{sentence}: exit {code}", shown)
    missing = [word for word in words if word.lower() not in text.lower()]
    report.check(not missing, f"{sentence}: says {missing}", shown)
    report.check(not any(trace in text for trace in TRACES), f"{sentence}: no stack trace", shown)


def serve(server, database=None, definitions=None, port=None, **more):
    return run(
        server, "serve", "--definitions", definitions or server.definitions, "--db", database or server.database, "--listen",
        f"127.0.0.1:{port or harness.free_port()}", **more)


def surroundings(report, server, folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = serve(server, database=os.path.join(folder, "port.db"), port=port)
        judge(report, result, 2, [str(port), "in use"], "a port in use")

    server.start()
    judge(report, serve(server), 2, ["wfrun.db", str(server.process.pid)], "a database in use")
    report.check(server.is_ready(), "the server that holds the database goes on")

    newer = os.path.join(folder, "newer.db")
    server.kill()
    server.start()
    server.stop()
    shutil.copy(server.database, newer)
    database = sqlite3.connect(newer)
    database.execute("PRAGMA user_version = 4711")
    database.commit()
    database.close()
    before = open(newer, "rb").read()
    judge(report, serve(server, database=newer), 2, ["newer"], "a database of a newer version")
    report.check(open(newer, "rb").read() == before, "a newer database is left as it was")

    alien = os.path.join(folder, "alien.db")
    with open(alien, "w", encoding="utf-8") as file:
        file.write("this is somebody's letter, not a database\n" * 100)
    judge(report, serve(server, database=alien), 2, ["alien.db"], "a file that is no database")
    with open(alien, encoding="utf-8") as file:
        report.check(file.read().startswith("this is somebody's letter"), "a file that is no database is left as it was")

    judge(report, serve(server, definitions=os.path.join(folder, "nowhere")), 2, ["nowhere"], "a definitions folder that is missing")
    blocked = os.path.join(folder, "blocked")
    with open(blocked, "w", encoding="utf-8") as file:
        file.write("a file where a folder should be")
    judge(report, serve(server, definitions=blocked), 2, ["blocked"], "a definitions folder that cannot be read")
    judge(report, serve(server, database=os.path.join(blocked, "x.db")), 2, ["blocked"], "a database folder that cannot be made")
    if os.geteuid() != 0:
        locked = os.path.join(folder, "locked")
        os.makedirs(locked, mode=0)
        judge(report, serve(server, definitions=locked), 2, ["locked"], "a definitions folder without permission")

    only = os.path.join(folder, "only")
    os.makedirs(only)
    shutil.copy(os.path.join(harness.ROOT, "definitions", "order-fulfillment.yaml"), only)
    shutil.copytree(os.path.join(harness.ROOT, "definitions", "emails"), os.path.join(only, "emails"))
    result = serve(
        server, database=os.path.join(folder, "config.db"), definitions=only,
        drop=[name for name in server.environment if name.startswith("WFRUN_CONFIG_")])
    judge(report, result, 2, ["WFRUN_CONFIG_ORDERS_URL"], "a missing config value")

    judge(report, run(server, "serve", "--listen", "nonsense"), 64, ["nonsense"], "an address that is none")
    judge(report, run(server, "serve", "--listen", "0.0.0.0:7171"), 2, ["behind-proxy"], "an address others can reach")
    judge(report, run(server, "list", "--server", f"http://127.0.0.1:{harness.free_port()}", environment={"WFRUN_TOKEN": "wfr_x"}), 6, [], "no server")


def requests(report, server):
    server.start()
    judge(report, server.run("start", "order-fulfilment", "--input", "{}"), 3, ["order-fulfillment"], "an unknown workflow gets a suggestion")
    status, answer = server.call("POST", "/v1/workflows/order-fulfilment/instances", {"input": {}})
    report.check(status == 404 and "order-fulfillment" in str(answer), "an unknown workflow is 404 with a suggestion", (status, answer))

    for input_, field in (
        ('{"orderId": 7, "customerId": "c"}', "orderId"), ('{"orderId": "A"}', "customerId"),
        ('{"orderId": "A", "customerId": "c", "colour": "red"}', "colour"),
    ):
        judge(report, server.run("start", "order-fulfillment", "--input", input_), 1, [field], f"an input that does not fit at {field}")
        status, answer = server.call("POST", "/v1/workflows/order-fulfillment/instances", {"input": harness.json.loads(input_)})
        places = [error["pointer"] + " " + error["detail"] for error in answer.get("errors", [])] if isinstance(answer, dict) else []
        report.check(status == 422 and any(field in place for place in places), f"422 points at {field}", (status, answer))

    judge(report, server.run("start", "order-fulfillment", "--input", "{nonsense"), 1, [], "an input that is no JSON")
    judge(report, server.run("show", "0193a1b2-0000-7000-8000-000000000000"), 3, [], "an instance that does not exist")
    judge(report, server.run("list", environment={"WFRUN_TOKEN": "wfr_" + "0" * 64}), 4, [], "a token that is wrong")
    judge(report, server.run("no-such-command"), 64, [], "a command that does not exist")
    event = {"orderId": 5}
    status, answer = server.call("POST", "/v1/events", {"name": "shipment.label.scanned", "data": event})
    report.check(status == 422, "an event that does not fit its type is 422", (status, answer))
    for body, name in ((b"{", "broken JSON"), (b"[" * 5000, "deep JSON"), (b"\xff\xfe", "bad UTF-8"), (b'{"x":1}' + b" " * (2 << 20), "a large body")):
        status = raw(server, body)
        report.check(status in (400, 413, 422), f"{name} is refused", status)
    report.check(server.count("SELECT count(*) FROM wf_instance") == 0, "nothing of all this made an instance")
    report.check(server.is_ready(), "the server is as ready as before")


def raw(server, body):
    connection = harness.http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(
            "POST", "/v1/workflows/order-fulfillment/instances", body,
            {"Authorization": f"Bearer {server.token()}", "Content-Type": "application/json"})
        return connection.getresponse().status
    except OSError as error:
        # A server may answer 413 and close before it has read everything.
        return 413 if len(body) > 1 << 20 else str(error)
    finally:
        connection.close()


def definitions(report, server, folder):
    bad = os.path.join(folder, "bad")
    os.makedirs(bad)
    with open(os.path.join(bad, "broken.yaml"), "w", encoding="utf-8") as file:
        file.write("workflow: broken\ninput: { a: strin }\nsteps:\n  - id: one\n    call: htp\n  - id: one\n    let: { x: \"${{ input.b }}\" }\n")
    result = run(server, "validate", bad)
    judge(report, result, 1, ["broken.yaml:2:", "broken.yaml:5:", "broken.yaml:7:", "error[WF", "string", "http"], "a definition with mistakes gets all of them")
    judge(report, run(server, "validate", os.path.join(folder, "nothing.yaml")), 3, ["nothing.yaml"], "a file that does not exist")
    judge(report, run(server, "validate", os.path.join(harness.ROOT, "definitions")), 0, [], "the shipped definitions are good")


def main():
    given = harness.options(__doc__)
    report = harness.Report()
    with harness.working_folder(given.keep) as folder:
        shop = harness.Shop(folder)
        server = harness.Server(given.binary, folder, environment=shop.environment())
        try:
            surroundings(report, server, folder)
            requests(report, server)
            definitions(report, server, folder)
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0")
        finally:
            server.kill()
            shop.stop()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
