"""How long whole processes take, from the start of wfrun to its end: wall clock, the least and the median of many."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

DEFINITION = """workflow: hello
input: { name: string }
steps:
  - { id: greet, call: log, with: { message: "Hello ${{ input.name }}" } }
"""


def measure(command, runs=60):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append((time.perf_counter() - start) * 1000)
        if result.returncode != 0:
            raise SystemExit(f"{' '.join(command)} ended with {result.returncode}")
    times.sort()
    return times[0], times[len(times) // 2]


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "definitions", "hello.yaml")
        file.parent.mkdir()
        file.write_text(DEFINITION)
        commands = [("process.true", ["/bin/true"], None), ("process.version", [binary, "version"], None),
                    ("process.validate-1-file", [binary, "validate", str(file)], 20)]
        for name, command, target in commands:
            least, median = measure(command)
            print(f"{name:28} {median:8.2f} ms median {least:8.2f} ms least", file=sys.stderr)
            print(json.dumps({"benchmark": name, "median": median, "least": least, "target": target, "unit": "ms"}))


main()
