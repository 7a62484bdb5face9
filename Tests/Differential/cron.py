"""Generated cron expressions and instants: against cronsim where both mean the same, and a scan of all minutes everywhere.

The scan knows nothing of how wfrun searches: it goes from minute to minute with Python's zoneinfo and asks what fires
(language.md §1, Trigger). Where that would take too long (rare dates) only cronsim is asked.
"""

import re
import zoneinfo
from datetime import datetime, timedelta, timezone
from random import Random

from cronsim import CronSim, CronSimError
from harness import Tally, ask

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ZONES = ["UTC", "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata",
         "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Asia/Tehran", "Antarctica/Troll"]
FIELDS = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7)]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def field(random, name, low, high):
    def value():
        number = random.randint(low, high)
        if name == "month" and random.random() < 0.3:
            return MONTHS[number - 1]
        if name == "weekday" and random.random() < 0.3:
            return WEEKDAYS[number % 7]
        return str(number)

    def item():
        kind = random.random()
        if kind < 0.45:
            return value()
        if kind < 0.7:
            first, last = sorted((random.randint(low, high), random.randint(low, high)))
            return f"{first}-{last}"
        if kind < 0.85:
            return f"*/{random.randint(1, max(2, high // 2))}"
        first, last = sorted((random.randint(low, high), random.randint(low, high)))
        return f"{first}-{last}/{random.randint(1, 7)}"

    kind = random.random()
    common = {"minute": 0.25, "hour": 0.4, "day": 0.6, "month": 0.75, "weekday": 0.65}[name]
    if kind < common:
        return "*"
    return ",".join(item() for _ in range(random.choice([1, 1, 1, 2, 3])))


def expression(random):
    if random.random() < 0.03:
        return random.choice(["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"])
    return " ".join(field(random, *each) for each in FIELDS)


SHORTHANDS = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
              "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}


def instant(random, zone):
    """Anywhere from 1990 to 2090, half of them near a change of the clocks."""
    seconds = random.randrange(631152000, 3786912000)
    if random.random() < 0.5:
        moment = EPOCH + timedelta(seconds=seconds)
        for _ in range(370):
            later = moment + timedelta(days=1)
            if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
                break
            moment = later
        seconds = int((moment - EPOCH).total_seconds()) + random.randrange(-7200, 2 * 86400)
    return seconds


class Meaning:
    """An expression read anew, so that no mistake is shared."""

    def __init__(self, text):
        self.words = words = SHORTHANDS.get(text, text).split()
        self.sets = [self.members(word, *each) for word, each in zip(words, FIELDS)]
        self.starred = [word.startswith("*") for word in words]
        self.elapsed = self.starred[0] or self.starred[1]

    @staticmethod
    def members(word, name, low, high):
        members = set()
        for item in word.split(","):
            base, _, step = item.partition("/")
            if base == "*":
                first, last = low, 6 if name == "weekday" else high
            else:
                first, _, last = base.partition("-")
                first = Meaning.number(first, name)
                last = Meaning.number(last, name) if last else first
            members.update(range(first, last + 1, int(step or 1)))
        return {0 if name == "weekday" and member == 7 else member for member in members}

    @staticmethod
    def number(text, name):
        if text in MONTHS and name == "month":
            return MONTHS.index(text) + 1
        return WEEKDAYS.index(text) if text in WEEKDAYS else int(text)

    def day(self, local):
        day, weekday = local.day in self.sets[2], local.isoweekday() % 7 in self.sets[4]
        either = not self.starred[2] and not self.starred[4]
        return local.month in self.sets[3] and (day or weekday if either else day and weekday)


class Clock:
    """What clocks in a zone show: in our years offsets change at quarters of an hour only."""

    QUARTER = 900

    def __init__(self, zone):
        self.zone = zone
        self.offsets = {}

    def shown(self, seconds):
        """The local time in seconds as if it were UTC."""
        quarter = seconds // self.QUARTER
        if quarter not in self.offsets:
            moment = EPOCH + timedelta(seconds=quarter * self.QUARTER)
            self.offsets[quarter] = int(moment.astimezone(self.zone).utcoffset().total_seconds())
        return seconds + self.offsets[quarter]


def matches(meaning, local):
    """Whether a local minute is meant."""
    if local // 60 % 60 not in meaning.sets[0] or local // 3600 % 24 not in meaning.sets[1]:
        return False
    return meaning.day(EPOCH + timedelta(seconds=local))


def next_by_scan(meaning, clock, seconds, limit_days=3):
    """The next firing by looking at every minute, or None when it is further away than the limit."""
    first = -(-(seconds + 1) // 60) * 60
    minutes = range(first, first + limit_days * 86400, 60)
    if meaning.elapsed:
        return next((moment for moment in minutes if matches(meaning, clock.shown(moment))), None)
    # A fixed local time fires at the first instant at which clocks have shown it or more. What they have shown by now: no
    # change of the clocks is larger than a day and a half.
    latest = max(clock.shown(moment) for moment in range(seconds - 36 * 3600, seconds + 1, 60))
    latest = max(latest, clock.shown(seconds), *(clock.shown(m * 900 - 1) for m in range(seconds // 900 - 144, seconds // 900 + 1)))
    latest -= latest % 60
    for moment in minutes:
        local = clock.shown(moment)
        while latest < local:
            latest += 60
            if matches(meaning, latest):
                return moment
    return None


def next_by_cronsim(text, zone, seconds):
    start = (EPOCH + timedelta(seconds=seconds)).astimezone(zone)
    return int((next(CronSim(SHORTHANDS.get(text, text), start)).astimezone(timezone.utc) - EPOCH).total_seconds())


def rfc3339(seconds):
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(binary, seed, count):
    random = Random(seed)
    zones = {name: zoneinfo.ZoneInfo(name) for name in ZONES}
    clocks = {name: Clock(zone) for name, zone in zones.items()}
    cases = []
    for _ in range(count):
        zone = random.choice(ZONES)
        cases.append((expression(random), zone, instant(random, zones[zone])))
    requests = [{"cron": text, "timezone": zone, "from": rfc3339(seconds), "count": 1} for text, zone, seconds in cases]
    tally = Tally("cron")
    for (text, name, seconds), answer in zip(cases, ask(binary, ["next"], requests)):
        zone = zones[name]
        case = f"{text!r} in {name} after {rfc3339(seconds)}"
        simulated = None
        try:
            simulated = next_by_cronsim(text, zone, seconds)
        except (CronSimError, StopIteration):
            pass
        if "error" in answer:
            if simulated is None:
                tally.agree("rejected")
            else:
                tally.disagree(f"{case}: wfrun refuses it: {answer['error']['message']}")
            continue
        ours = int((datetime.fromisoformat(answer["times"][0].replace("Z", "+00:00")) - EPOCH).total_seconds())
        meaning = Meaning(text)
        scanned = next_by_scan(meaning, clocks[name], seconds)
        if scanned is not None or ours <= seconds + 3 * 86400:
            if scanned == ours:
                tally.agree("with the scan")
            else:
                tally.disagree(f"{case}: scan {scanned and rfc3339(scanned)}, wfrun {rfc3339(ours)}")
                continue
        if simulated is None:
            tally.explain("cronsim refuses what wfrun takes") if scanned is None else None
        elif simulated == ours:
            tally.agree("with cronsim")
        elif reason := other_semantics(meaning, zone, seconds, ours, simulated):
            tally.explain(reason)
        else:
            tally.disagree(f"{case}: cronsim {rfc3339(simulated)}, wfrun {rfc3339(ours)}")
    return tally.finish()


def other_semantics(meaning, zone, seconds, ours, simulated):
    """Why cronsim means something else, or None."""
    if any(re.search(r"(?:^|,)(\w+)-\1/", word) for word in meaning.words):
        return "cronsim reads a-a/n as a/n"
    def offset_at(moment):
        return (EPOCH + timedelta(seconds=moment)).astimezone(zone).utcoffset()

    last = max(ours, simulated) + 86400
    steps = range(seconds - 86400, min(last, seconds + 400 * 86400), 3600)
    if len({offset_at(moment) for moment in steps}) > 1:
        return "cronsim treats changes of the clocks otherwise"
    return None
