"""What the differential tests share: asking wfrun in JSON lines, and counting who agrees."""

import collections
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def find_binary():
    """The newest wfrun that has been built here."""
    built = [path for path in (ROOT / ".build" / kind / "wfrun" for kind in ("release", "debug")) if path.exists()]
    if not built:
        raise SystemExit("there is no wfrun: build it with scripts/build, or name one with --binary")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def ask(binary, arguments, requests):
    """One answer for each request, in order. Requests are objects without id."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        for number, request in enumerate(requests):
            file.write(json.dumps({"id": number, **request}, ensure_ascii=False) + "\n")
        file.seek(0)
        process = subprocess.Popen([binary, *arguments, "--jsonl"], stdin=file, stdout=subprocess.PIPE, encoding="utf-8")
        count = 0
        for line in process.stdout:
            answer = json.loads(line)
            if answer.get("id") != count:
                raise SystemExit(f"answer {count} has the id {answer.get('id')}: {line}")
            count += 1
            yield answer
    if process.wait() != 0 or count != len(requests):
        raise SystemExit(f"wfrun {' '.join(arguments)} ended with {process.returncode} after {count} of {len(requests)} answers")


class Tally:
    """Agreements, explained differences by reason, and the disagreements nobody has explained."""

    def __init__(self, topic, limit=20):
        self.topic = topic
        self.agreed = collections.Counter()
        self.explained = collections.Counter()
        self.unexplained = []
        self.limit = limit

    def agree(self, kind):
        self.agreed[kind] += 1

    def explain(self, reason):
        self.explained[reason] += 1

    def disagree(self, text):
        self.unexplained.append(text)

    def finish(self, total=None):
        """Prints the result and returns the exit code; `total` says how many cases there were if some agreed in several ways."""
        total = total or sum(self.agreed.values()) + sum(self.explained.values()) + len(self.unexplained)
        for text in self.unexplained[: self.limit]:
            print(text)
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.agreed.items()))
        print(f"{self.topic}: {total:,} compared; agreed: {kinds}")
        for reason, count in sorted(self.explained.items()):
            print(f"  explained {count:,}: {reason} (docs/conformance.md)")
        print(f"  unexplained: {len(self.unexplained):,}")
        return 1 if self.unexplained else 0
