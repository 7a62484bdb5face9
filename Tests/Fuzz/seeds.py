"""What fuzzing begins with: the fixtures of the modules' tests."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TESTS = ROOT / "Tests"


def texts(target):
    if target in ("yaml", "definition"):
        folders = [ROOT / "definitions", TESTS / "WorkflowDefinitionsTests/Fixtures", TESTS / "YAMLSyntaxTests/Fixtures"]
        for folder in folders:
            for path in sorted(folder.rglob("*.yaml")):
                yield path.read_bytes()
    elif target == "cel":
        for path in sorted((TESTS / "CELTests/Fixtures").glob("*.txt")):
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.startswith("> "):
                    yield line[2:].encode()
    elif target == "cron":
        for text in ("0 9 * * MON-FRI", "*/5 1-7,9 29 2 *", "@monthly", "59 23 31 DEC SUN", "0-30/7 */2 1,15 * 5-7"):
            yield text.encode()
    else:
        suite = ROOT / ".suites/jsonschema/tests/draft2020-12"
        cases = [case for path in sorted(suite.glob("*.json")) for case in json.loads(path.read_text())]
        for case in cases:
            schema = json.dumps(case["schema"])
            if target == "json":
                yield schema.encode()
            else:
                for test in case["tests"][:2]:
                    yield (schema + "\n" + json.dumps(test["data"])).encode()
        yield b'{"a": [1, -2.5e3, "\\u00e9\\ud83d\\ude00", true, null]}' if target == "json" else b'{"type":"string"}\n"a"'


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for number, content in enumerate(texts(target)):
        (folder / f"seed-{number}").write_bytes(content[:4096])


main()
