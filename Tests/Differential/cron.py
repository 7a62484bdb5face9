"""Generated cron expressions and instants: against cronsim where both mean the same, and a scan of all minutes everywhere.

The scan knows nothing of how wfrun searches: it looks at every day with Python's zoneinfo and goes through the minutes of
those that the expression means (language.md §1, Trigger). It is asked everywhere; where cronsim differs, it has decided.
"""

import bisect
import re
import zoneinfo
from datetime import date, datetime, timedelta, timezone
from random import Random

from cronsim import CronSim, CronSimError
from harness import Tally, ask

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
EPOCH_DATE = date(1970, 1, 1)
DAY = 86400
ZONES = ["UTC", "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata",
         "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Asia/Tehran", "Antarctica/Troll",
         "Africa/Cairo", "America/Havana", "Pacific/Kwajalein", "Asia/Gaza"]
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

    def day(self, date):
        day, weekday = date.day in self.sets[2], date.isoweekday() % 7 in self.sets[4]
        either = not self.starred[2] and not self.starred[4]
        return date.month in self.sets[3] and (day or weekday if either else day and weekday)

    def days(self, start, end):
        """The midnights of the days that are meant, as if local time were UTC: from a local time's day to another's."""
        for midnight in range(start // DAY * DAY, end, DAY):
            if self.day(EPOCH_DATE + timedelta(days=midnight // DAY)):
                yield midnight


class Clock:
    """What clocks in a zone show: stretches of time in which the offset stays the same, found by asking zoneinfo."""

    FIRST, LAST = 599616000, 5396025600  # 1989 to 2140, which is beyond every firing that is asked for.
    SAMPLE = 6 * 3600

    def __init__(self, zone):
        self.zone = zone
        self.changes = []
        for start in range(self.FIRST, self.LAST, self.SAMPLE):
            if self.offset(start) != self.offset(start + self.SAMPLE):
                self.changes.append(self.change(start, start + self.SAMPLE))
        starts = [self.FIRST, *self.changes]
        self.stretches = [(start, end, self.offset(start)) for start, end in zip(starts, [*self.changes, self.LAST])]

    def offset(self, seconds):
        return int((EPOCH + timedelta(seconds=seconds)).astimezone(self.zone).utcoffset().total_seconds())

    def change(self, before, after):
        """The second at which the offset becomes another one."""
        while after - before > 1:
            middle = (before + after) // 2
            if self.offset(middle) == self.offset(before):
                before = middle
            else:
                after = middle
        return after

    def number_of_stretch(self, seconds):
        return bisect.bisect_right(self.changes, seconds)

    def first_shown(self, local):
        """The first instant at which clocks show a local time; the end of the gap if they skip it."""
        nearby = range(max(self.number_of_stretch(local - DAY) - 1, 0), len(self.stretches))
        for number in nearby:
            start, end, offset = self.stretches[number]
            if start <= local - offset < end:
                return local - offset
            if local - offset < start:
                return start
        return None

    def changes_near(self, seconds):
        return self.number_of_stretch(seconds - 2 * DAY) != self.number_of_stretch(seconds + 2 * DAY)


def next_by_scan(meaning, clock, seconds):
    """The next firing: every day is looked at, and every minute of those that the expression means.

    With `*` in minute or hour whatever clocks show counts; otherwise each local time comes once (language.md §1, Trigger).
    """
    times = [hour * 3600 + minute * 60 for hour in sorted(meaning.sets[1]) for minute in sorted(meaning.sets[0])]
    if not meaning.elapsed:
        for midnight in meaning.days(seconds - DAY + clock.offset(seconds), Clock.LAST):
            for time in times:
                if (instant := clock.first_shown(midnight + time)) is None or instant > seconds:
                    return instant
        return None
    for start, end, offset in clock.stretches[clock.number_of_stretch(seconds) :]:
        for midnight in meaning.days(max(start, seconds) + offset, end + offset):
            for time in times:
                if max(start, seconds + 1) <= midnight + time - offset < end:
                    return midnight + time - offset
    return None


class Patient(CronSim):
    """cronsim with an end to its search: some changes of the clocks send it round in a circle."""

    def tick(self, seconds=1):
        self.ticks = getattr(self, "ticks", 0) + 1
        if self.ticks > 100_000:
            raise CronSimCircle()
        super().tick(seconds)


class CronSimCircle(Exception):
    pass


def next_by_cronsim(text, zone, seconds):
    start = (EPOCH + timedelta(seconds=seconds)).astimezone(zone)
    return int((next(Patient(SHORTHANDS.get(text, text), start)).astimezone(timezone.utc) - EPOCH).total_seconds())


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
        simulated, circle = None, False
        try:
            simulated = next_by_cronsim(text, zone, seconds)
        except CronSimCircle:
            circle = True
        except (CronSimError, StopIteration):
            pass
        meaning = Meaning(text)
        if "error" in answer:
            if next_by_scan(meaning, clocks[name], seconds) is not None:
                tally.disagree(f"{case}: wfrun refuses it: {answer['error']['message']}")
            elif simulated is None and not circle:
                tally.agree("rejected")
            elif reason := other_semantics(meaning, clocks[name], seconds, seconds, simulated, circle):
                tally.explain(reason)
            else:
                tally.disagree(f"{case}: wfrun refuses it: {answer['error']['message']}")
            continue
        ours = int((datetime.fromisoformat(answer["times"][0].replace("Z", "+00:00")) - EPOCH).total_seconds())
        scanned = next_by_scan(meaning, clocks[name], seconds)
        if scanned != ours:
            tally.disagree(f"{case}: scan {scanned and rfc3339(scanned)}, wfrun {rfc3339(ours)}")
            continue
        tally.agree("with the scan")
        if simulated == ours:
            tally.agree("with cronsim")
        elif reason := other_semantics(meaning, clocks[name], seconds, ours, simulated, circle):
            tally.explain(reason)
        else:
            tally.disagree(f"{case}: cronsim {simulated and rfc3339(simulated)}, wfrun {rfc3339(ours)}")
    return tally.finish(count)


def other_semantics(meaning, clock, seconds, ours, simulated, circle):
    """Why cronsim means something else, or None."""
    if circle:
        return "cronsim goes round in a circle at a change of the clocks"
    if any(re.search(r"(?:^|,)(\w+)-\1/", word) for word in meaning.words):
        return "cronsim reads a-a/n as a/n"
    if simulated is None:
        return "cronsim refuses what wfrun takes"
    if any(clock.changes_near(moment) for moment in (seconds, ours, simulated)):
        return "cronsim treats changes of the clocks otherwise"
    return None
