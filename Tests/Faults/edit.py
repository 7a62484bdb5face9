#!/usr/bin/env python3
"""Editing order-fulfillment while instances wait: they finish on the old text, new ones run the new one; a broken edit changes
nothing and is reported; a restart changes none of this."""

import os
import shutil
import sys

import harness

OLD = "Subject: Your order"
NEW = "Subject: NEW TEXT: order"


def scan(server, number):
    server.send_event("shipment.label.scanned", {"orderId": f"A-{number}", "trackingNumber": f"T{number}"}, f"scan-{number}")


def start(server, number):
    return server.start_instance("order-fulfillment", {"orderId": f"A-{number}", "customerId": "c"}, f"order-{number}")


def current_source(server):
    return str(server.insist("GET", "/v1/workflows/order-fulfillment/source")[1])


def current_digest(server):
    return server.insist("GET", "/v1/workflows/order-fulfillment")[1]["digest"]


def waits(server, ids):
    return harness.eventually(lambda: all(server.status(id_) == "suspended" for id_ in ids), 60)


def subjects(server, id_):
    rows = server.rows(
        "SELECT e.subject FROM wf_email e JOIN wf_instance i ON i.number = e.instance WHERE i.id = ? ORDER BY e.number", id_)
    return [row["subject"] for row in rows]


def finish(report, server, numbered, is_new, sentence):
    for number in numbered:
        scan(server, number)
    ended = harness.eventually(lambda: all(server.status(id_) in harness.ENDED for id_ in numbered.values()), 60)
    statuses = {server.status(id_) for id_ in numbered.values()}
    report.check(ended and statuses == {"completed"}, f"{sentence}: all completed", statuses)
    wrong = [id_ for id_ in numbered.values() if subjects(server, id_)[-1:] and subjects(server, id_)[-1].startswith("NEW TEXT") != is_new]
    report.check(not wrong, f"{sentence}: each mail is of the {'new' if is_new else 'old'} text", wrong[:5])


def main():
    given = harness.options(__doc__, instances=(10, "that wait while the file is edited"))
    report = harness.Report()
    with harness.working_folder(given.keep) as folder:
        definitions = os.path.join(folder, "definitions")
        shutil.copytree(os.path.join(harness.ROOT, "definitions"), definitions)
        path = os.path.join(definitions, "order-fulfillment.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        template = os.path.join(definitions, "emails", "order-shipped.mustache")
        with open(template, encoding="utf-8") as file:
            mail = file.read()
        report.check(OLD in mail, "the mail template has the line that the test edits")
        shop = harness.Shop(folder)
        server = harness.Server(given.binary, folder, definitions, shop.environment())
        try:
            server.start()
            old = {number: start(server, number) for number in range(given.instances)}
            report.check(waits(server, old.values()), "the old instances wait")

            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("${{ steps.order.total }}", "${{ steps.order.totl }}"))
            reported = harness.eventually(lambda: "totl" in server.log(), 20)
            report.check(reported, "a broken edit is reported", server.log()[-500:])
            report.check("totl" not in current_source(server), "a broken edit changes nothing")
            between = {100: start(server, 100)}
            report.check(waits(server, between.values()), "instances still start on the text that worked")

            before = current_digest(server)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            with open(template, "w", encoding="utf-8") as file:
                file.write(mail.replace(OLD, NEW))
            report.check(harness.eventually(lambda: current_digest(server) != before, 20), "a good edit, of a mail template, is taken up while serving")
            new = {number: start(server, number) for number in range(200, 200 + given.instances)}
            report.check(waits(server, new.values()), "the new instances wait")

            half = given.instances // 2
            finish(report, server, {n: i for n, i in old.items() if n < half}, False, "old instances")
            server.kill()
            server.start()
            finish(report, server, {n: i for n, i in old.items() if n >= half} | between, False, "old instances after a restart")
            finish(report, server, new, True, "new instances")

            os.remove(path)
            gone = harness.eventually(
                lambda: server.insist("POST", "/v1/workflows/order-fulfillment/instances", {"input": {}}, None)[0] == 404, 20)
            report.check(gone, "removing the file retires the workflow")
            harness.check_journal(report, server)
            report.check(server.stop() == 0, "SIGTERM ends the server with code 0")
        finally:
            server.kill()
            shop.stop()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
