"""Every zone's clocks from 1970 to 2100 against Python's zoneinfo, which reads the same files.

Of each zone: the second before and the second of every transition that either side may have, found by bisection between
samples six hours apart, and the samples themselves in part. wfrun is asked by `eval`: what clocks show in the zone.
"""

import bisect
import zoneinfo
from datetime import datetime, timedelta, timezone
from random import Random

from harness import Tally, ask

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
END = int((datetime(2100, 1, 1, tzinfo=timezone.utc) - EPOCH).total_seconds())
STEP = 6 * 3600

# Offsets can be told from what clocks show: the day of the year and the second of the day.
EXPRESSION = (
    "ts.map(t, [timestamp(t).getDayOfYear(z), timestamp(t).getHours(z) * 3600 + timestamp(t).getMinutes(z) * 60"
    " + timestamp(t).getSeconds(z)])")


def offset(zone, seconds):
    return int((EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset().total_seconds())


def transitions(zone):
    found = []
    previous, last = 0, offset(zone, 0)
    for sample in range(STEP, END + 1, STEP):
        here = offset(zone, sample)
        if here != last:
            low, high = previous, sample
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == last:
                    low = middle
                else:
                    high = middle
            found.append(high)
        previous, last = sample, here
    return found


def instants_of(zone, random):
    instants = set()
    for change in transitions(zone):
        instants.update((change - 1, change, change + 1))
    instants.update(random.randrange(0, END) for _ in range(200))
    return sorted(instants)


def shown(zone, seconds):
    local = (EPOCH + timedelta(seconds=seconds)).astimezone(zone)
    return [local.timetuple().tm_yday - 1, local.hour * 3600 + local.minute * 60 + local.second]


def run(binary, seed, count):
    random = Random(seed)
    names = [name for name in sorted(zoneinfo.available_timezones()) if name[0].isupper() and name not in ("Factory", "SystemV")]
    if count:
        names = random.sample(names, min(count, len(names)))
    tally = Tally("zones")
    wanted, requests = [], []
    for name in names:
        zone = zoneinfo.ZoneInfo(name)
        instants = instants_of(zone, random)
        for start in range(0, len(instants), 500):
            part = instants[start:start + 500]
            wanted.append((name, zone, part))
            requests.append({"expr": EXPRESSION, "vars": {"ts": part, "z": name}})
    for (name, zone, instants), answer in zip(wanted, ask(binary, ["eval"], requests)):
        if "error" in answer:
            tally.disagree(f"{name}: {answer['error']['message']}")
            continue
        for seconds, ours in zip(instants, answer["value"]):
            if shown(zone, seconds) == ours:
                tally.agree("instants")
            else:
                tally.disagree(f"{name} at {seconds}: zoneinfo {shown(zone, seconds)}, wfrun {ours}")
    print(f"zones: {len(names)} zones")
    return tally.finish()
