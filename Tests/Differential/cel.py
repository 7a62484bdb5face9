"""Generated CEL expressions against cel-cpp (PyPI cel-expr-python): rejected, failed, or which value.

Expressions are mostly well typed, over boundary values; some are given another type's argument or lose a character. Variables
have no types on either side. The language of both is plain CEL (`wfrun eval --standard`) with the extensions both know.
"""

import ast
import datetime
import json
import math
import re
import select
import subprocess
import sys
from random import Random

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings
from harness import Tally, ask

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

VARIABLES = {
    "i": {"type": "int", "value": 7}, "n": {"type": "int", "value": -3},
    "f": {"type": "double", "value": 2.5}, "s": "héllo wörld", "t": "a,b,,c", "y": True,
    "l": [{"type": "int", "value": value} for value in (3, 1, 2, 3)],
    "w": ["b", "a", "", "ä"],
    "m": {"a": {"type": "int", "value": 1}, "b": {"type": "int", "value": -1}},
    "o": {"x": {"y": {"type": "int", "value": 5}}, "z": None, "q": [True, "s"]},
}


def plain(value):
    if isinstance(value, dict):
        if set(value) == {"type", "value"}:
            return value["value"]
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


LITERALS = {
    "int": ["0", "1", "-1", "2", "3", "7", "10", "64", "-64", "100", "2147483648", "9223372036854775807", "-9223372036854775808",
            "9007199254740993", "0x1F", "-0x7fffffffffffffff", "i", "n", "size(s)", "l[1]", "m.a"],
    "uint": ["0u", "1u", "2u", "63u", "64u", "18446744073709551615u", "0xFFu", "9u"],
    "double": ["0.0", "-0.0", "1.0", "-1.5", "0.1", "1e10", "1e-7", "1.7976931348623157e308", "5e-324", "9223372036854775808.0",
               "0.5", "2.5", "-2.5", ".25", "f", "1e308*10.0", "0.0/0.0", "123456789.123"],
    "string": ["''", "'a'", "'abc'", "'ABC'", "'1'", "'-1'", "'0x10'", "'1.5'", "'1e3'", "'true'", "'False'", "'T'", "'NaN'",
               "'é'", "'e\\u0301'", "'\\U0001F600'", "'日本語'", "'a b  c'", "'\\t\\n'", "'9223372036854775808'", "' 1'", "'1s'",
               "'1h2m3.5s'", "'-1.5h'", "'2020-01-01T00:00:00Z'", "r'a\\d+'", "'''q'uote'''", "s", "t", "w[0]", "'%d'",
               "'+1'", "'1_000'", "'1u'", "''", "'\\x41\\101'"],
    "bytes": ["b''", "b'a'", "b'abc'", "b'\\xff'", "b'\\303\\251'", "b'é'", "b'YQ=='", "b'\\000'"],
    "bool": ["true", "false", "y", "!y"],
    "null": ["null", "o.z"],
    "timestamp": ["timestamp('2020-02-29T12:34:56Z')", "timestamp('1970-01-01T00:00:00Z')", "timestamp(0)",
                  "timestamp('9999-12-31T23:59:59Z')", "timestamp('0001-01-01T00:00:00Z')", "timestamp(1700000000)",
                  "timestamp('2021-03-28T01:30:00.5+02:00')", "timestamp('1969-12-31T23:59:59.25Z')"],
    "duration": ["duration('0s')", "duration('1.5s')", "duration('-1h')", "duration('1h30m')", "duration('100ms')",
                 "duration('-0.25s')", "duration('876000h')", "duration('25h')", "duration('10us')"],
    "list": ["l.filter(e, false)", "[1, 2, 3]", "l", "[3, 1, 2]", "[0]", "[1, -1, 1]", "[9223372036854775807, 1]"],
    "strings": ["w.filter(e, false)", "w", "['a', 'b']", "['x', 'y', 'x']", "t.split(',')"],
    "map": ["m", "{'a': 1, 'b': 2}", "{'é': 0}"],
    "type": ["int", "string", "type(1)", "type(null)", "type([])", "list", "map", "bool", "type(type(1))"],
}
SCALARS = ["int", "uint", "double", "string", "bytes", "bool", "timestamp", "duration"]

# Each: result type → templates whose `<type>` is an argument of that type.
CALLS = {
    "int": ["<int> + <int>", "<int> - <int>", "<int> * <int>", "<int> / <int>", "<int> % <int>", "-<int>", "size(<string>)",
            "<string>.size()", "size(<bytes>)", "size(<list>)", "<map>.size()", "int(<uint>)", "int(<double>)", "int(<string>)",
            "int(<timestamp>)", "int(<int>)", "<list>[<int>]", "<map>['a']", "<map>.b", "<bool> ? <int> : <int>",
            "<timestamp>.getFullYear()", "<timestamp>.getMonth()", "<timestamp>.getDate()", "<timestamp>.getDayOfMonth()",
            "<timestamp>.getDayOfWeek()", "<timestamp>.getDayOfYear()", "<timestamp>.getHours()", "<timestamp>.getMinutes()",
            "<timestamp>.getSeconds()", "<timestamp>.getMilliseconds()", "<timestamp>.getHours('+05:30')",
            "<timestamp>.getHours('-02:00')", "<timestamp>.getDate('+14:00')", "<duration>.getHours()", "<duration>.getMinutes()",
            "<duration>.getSeconds()", "<duration>.getMilliseconds()", "<string>.indexOf(<string>)",
            "<string>.lastIndexOf(<string>)", "<string>.indexOf(<string>, <int>)", "<string>.lastIndexOf(<string>, <int>)",
            "math.abs(<int>)", "math.sign(<int>)", "math.bitAnd(<int>, <int>)", "math.bitOr(<int>, <int>)",
            "math.bitXor(<int>, <int>)", "math.bitNot(<int>)", "math.bitShiftLeft(<int>, <int>)",
            "math.bitShiftRight(<int>, <int>)", "math.greatest(<int>, <int>)", "math.least(<int>, <int>, <int>)",
            "math.greatest(<list>)", "cel.bind(x, <int>, x + x)", "<map>.?a.orValue(<int>)", "<list>[?<int>].orValue(<int>)",
            "optional.of(<int>).value()", "optional.ofNonZeroValue(<int>).orValue(<int>)",
            "optional.of(<int>).optMap(v, v + <int>).orValue(<int>)", "<list>.map(e, e + <int>)[<int>]", "dyn(<int>)"],
    "uint": ["<uint> + <uint>", "<uint> - <uint>", "<uint> * <uint>", "<uint> / <uint>", "<uint> % <uint>", "uint(<int>)",
             "uint(<double>)", "uint(<string>)", "math.bitAnd(<uint>, <uint>)", "math.bitNot(<uint>)",
             "math.bitShiftLeft(<uint>, <int>)", "math.bitShiftRight(<uint>, <int>)", "math.abs(<uint>)"],
    "double": ["<double> + <double>", "<double> - <double>", "<double> * <double>", "<double> / <double>", "-<double>",
               "double(<int>)", "double(<uint>)", "double(<string>)", "math.ceil(<double>)", "math.floor(<double>)",
               "math.round(<double>)", "math.trunc(<double>)", "math.abs(<double>)", "math.sign(<double>)", "math.sqrt(<double>)",
               "math.sqrt(<int>)", "math.greatest(<double>, <double>)", "math.least(<double>, <double>)"],
    "string": ["<string> + <string>", "string(<int>)", "string(<uint>)", "string(0.5)", "string(-1.5)", "string(123.456)", "string(1e-7)", "string(1e100)", "string(0.1)", "string(<bool>)", "string(<bytes>)",
               "string(<timestamp>)", "string(<duration>)", "string(<string>)", "<strings>.join()", "<strings>.join(<string>)",
               "<string>.charAt(<int>)", "<string>.lowerAscii()", "<string>.upperAscii()", "<string>.trim()",
               "<string>.replace(<string>, <string>)", "<string>.replace(<string>, <string>, <int>)",
               "<string>.substring(<int>)", "<string>.substring(<int>, <int>)", "<string>.reverse()", "strings.quote(<string>)",
               "<strings>[<int>]", "base64.encode(<bytes>)", "'%d %s'.format([<int>, <string>])", "'%x|%X'.format([<int>, <string>])",
               "'%.2f'.format([<double>])", "'%e'.format([<double>])", "'%b %o'.format([<int>, <int>])",
               "'%s'.format([<list>])", "'%s %s'.format([<bool>, <duration>])", "<bool> ? <string> : <string>"],
    "bytes": ["<bytes> + <bytes>", "bytes(<string>)", "base64.decode(<string>)", "base64.decode(base64.encode(<bytes>))",
              "bytes(<bytes>)"],
    "bool": ["<int> < <int>", "dyn(<int>) <= <uint>", "<double> > dyn(<int>)", "dyn(<uint>) >= dyn(<double>)", "<double> <= <double>", "<uint> < <uint>", "<string> < <string>",
             "<bytes> < <bytes>", "<timestamp> < <timestamp>", "<duration> >= <duration>", "<bool> < <bool>", "<int> == <int>",
             "<double> == <double>", "<string> == <string>", "<string> != <string>", "<bytes> == <bytes>", "<list> == <list>",
             "<map> == <map>", "<null> == null", "<bool> && <bool>", "<bool> || <bool>", "!<bool>", "<int> in <list>",
             "<string> in <strings>", "<string> in <map>", "<string>.contains(<string>)", "<string>.startsWith(<string>)",
             "<string>.endsWith(<string>)", "<string>.matches('^[a-z]+$')", "<string>.matches('(a|b)*c?')", "bool(<string>)",
             "<list>.all(e, e > <int>)", "<list>.exists(e, e == <int>)", "<list>.exists_one(e, e == <int>)",
             "<strings>.all(e, e.size() < <int>)", "<map>.exists(k, k == <string>)", "has(<map>.a)", "has(o.x)", "has(o.x.y)",
             "has(o.nope)", "dyn(<int>) == dyn(<double>)", "dyn(<uint>) == dyn(<int>)", "dyn(<string>) == dyn(<int>)",
             "dyn(<int>) < dyn(<double>)", "type(<int>) == int", "<type> == <type>", "math.isNaN(<double>)", "math.isInf(<double>)",
             "math.isFinite(<double>)", "optional.none().hasValue()", "optional.of(<int>).hasValue()",
             "<map>[?<string>].hasValue()", "<map>.?zz.hasValue()", "[<int>, <int>] == [<int>, <int>]",
             "{<string>: <int>} == {<string>: <int>}", "<bool> || (<int> / <int>) == <int>", "(<int> / 0 == 1) || <bool>",
             "(<int> / 0 == 1) && <bool>", "<timestamp> == <timestamp>", "<duration> == <duration>", "<bool> ? <bool> : <bool>"],
    "timestamp": ["<timestamp> + <duration>", "<duration> + <timestamp>", "<timestamp> - <duration>", "timestamp(<string>)",
                  "timestamp(<int>)", "timestamp(<timestamp>)"],
    "duration": ["<duration> + <duration>", "<duration> - <duration>", "<timestamp> - <timestamp>", "duration(<string>)",
                 "duration(<duration>)"],
    "list": ["<list> + <list>", "[<int>, <int>]", "<list>.map(e, e * <int>)", "<list>.filter(e, e > <int>)",
             "<list>.map(e, e > <int>, e + 1)", "[<int>, ?<map>.?a]", "<list>.map(e, <list>.filter(g, g == e).size())",
             "[?optional.of(<int>), <int>]"],
    "strings": ["<strings> + <strings>", "[<string>, <string>]", "<string>.split(<string>)", "<string>.split(<string>, <int>)",
                "<strings>.map(e, e + <string>)", "<strings>.filter(e, e != <string>)", "<list>.map(e, string(e))"],
    "map": ["{<string>: <int>}", "{<string>: <int>, <string>: <int>}", "{?'k': <map>.?a}"],
    "null": ["null"],
    "type": ["type(<int>)", "type(<string>)", "type(<list>)", "type(<double>)", "type(<timestamp>)"],
}
RESULTS = [kind for kind in CALLS if kind != "null"]


class Generator:
    def __init__(self, seed):
        self.random = Random(seed)

    def expression(self):
        random = self.random
        text = self.make(random.choice(RESULTS), random.choice([1, 1, 2, 2, 3]))
        if random.random() < 0.06:
            text = self.damaged(text)
        return text

    def make(self, kind, depth):
        random = self.random
        # Some arguments are of a type that does not belong there.
        if random.random() < 0.025:
            kind = random.choice(list(LITERALS))
        if depth <= 0 or random.random() < 0.15:
            return random.choice(LITERALS[kind])
        template = random.choice(CALLS[kind])
        text = re.sub(r"<(\w+)>", lambda match: self.argument(match.group(1), depth - 1), template)
        return text

    def argument(self, kind, depth):
        text = self.make(kind, depth)
        return text if re.fullmatch(r"[\w.']+|\w+\([^()]*\)|-?[\w.]+", text) and not text.startswith("-") else f"({text})"

    def damaged(self, text):
        random = self.random
        position = random.randrange(len(text))
        return random.choice([
            text[:position] + text[position + 1:],
            text[:position] + random.choice("()[]{}.,:?!'\"+-*/%<>=&|0a_ ") + text[position:],
            text.replace("size", "sise").replace("int", "itn"), text.replace("'", '"'), text + " " + text,
        ])


class Oracle:
    # The binding gives back None without owning it: without these, None would be freed some day.
    owned = [None] * 1_000_000

    def __init__(self):
        extensions = [ext_strings.ExtStrings(), ext_math.ExtMath(), ext_optional.ExtOptional(), ext_bindings.ExtBindings(),
                      ext_encoders.ExtEncoders()]
        self.environment = cel.NewEnv(variables={name: cel.Type.DYN for name in VARIABLES}, extensions=extensions)
        self.data = {name: plain(value) for name, value in VARIABLES.items()}

    def serve(self):
        """Answers expressions in JSON, one a line, until there are no more."""
        for line in sys.stdin:
            print(repr(self.outcome(json.loads(line))), flush=True)

    def outcome(self, expression):
        """`("rejected", why)`, `("failed", why)` or `("value", kind, value)`."""
        try:
            compiled = self.environment.compile(expression)
        except RuntimeError as error:
            return "rejected", str(error).split("\n")[0]
        try:
            result = compiled.eval(data=self.data)
            kind = str(result.type())
            value = result.plain_value()
        except (TypeError, SystemError):
            return "unreadable", "optional"
        except UnicodeDecodeError:
            return "unreadable", "string that is not UTF-8"
        except (RuntimeError, OverflowError) as error:
            return "failed", str(error).split("\n")[0]
        if kind == "ERROR":
            return "failed", str(value)
        if kind == "TYPE":
            return "value", "type", normal(result.value())
        return "value", kind.split("<")[0].lower(), normal(value)


class OracleProcess:
    """The oracle in a process of its own: its library ends with a segmentation fault now and then."""

    PATIENCE = 20

    def __init__(self):
        self.start()

    def start(self):
        self.process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, encoding="utf-8")

    def outcome(self, expression):
        """As `Oracle.outcome`, or `("crashed", how)`; then the next expression has a new process."""
        self.process.stdin.write(json.dumps(expression) + "\n")
        self.process.stdin.flush()
        answered, _, _ = select.select([self.process.stdout], [], [], self.PATIENCE)
        if line := answered and self.process.stdout.readline():
            return ast.literal_eval(line)
        self.process.kill()
        how = f"signal {-self.process.wait()}" if answered else f"no answer in {self.PATIENCE} s"
        self.start()
        return "crashed", how


TYPE_NAMES = {"INT": "int", "UINT": "uint", "DOUBLE": "double", "BOOL": "bool", "STRING": "string", "BYTES": "bytes", "NULL": "null_type",
              "LIST": "list", "MAP": "map", "TYPE": "type", "TIMESTAMP": "google.protobuf.Timestamp",
              "DURATION": "google.protobuf.Duration"}


def normal(value):
    """A value as both sides can have it: uints inside containers are ints, instants are whole microseconds."""
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return ("double", "NaN" if math.isnan(value) else repr(value))
    if isinstance(value, (bytes, bytearray)):
        return ("bytes", bytes(value))
    if isinstance(value, datetime.datetime):
        return ("timestamp", (value - EPOCH) // datetime.timedelta(microseconds=1))
    if isinstance(value, datetime.timedelta):
        return ("duration", value // datetime.timedelta(microseconds=1))
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [normal(item) for item in value]
    return ("type", TYPE_NAMES.get(str(value).split("<")[0], str(value)))


def decoded(value):
    """wfrun's typed JSON in the same form, with its kind."""
    import base64

    if isinstance(value, dict) and set(value) == {"type", "value"}:
        kind, content = value["type"], value["value"]
        if kind in ("int", "uint"):
            return kind, content
        if kind == "double":
            return kind, normal(float(content))
        if kind == "bytes":
            return kind, ("bytes", base64.b64decode(content))
        if kind == "timestamp":
            return kind, ("timestamp", microseconds_of_timestamp(content))
        if kind == "duration":
            return kind, ("duration", microseconds_of_duration(content))
        if kind == "type":
            return kind, ("type", content)
        if kind == "optional":
            return kind, [decoded(item)[1] for item in content]
        return kind, {decoded(key)[1]: decoded(item)[1] for key, item in content}
    if isinstance(value, dict):
        return "map", {key: decoded(item)[1] for key, item in value.items()}
    if isinstance(value, list):
        return "list", [decoded(item)[1] for item in value]
    return {bool: "bool", str: "string", type(None): "null"}[type(value)], value


def microseconds_of_timestamp(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    instant = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return (instant - EPOCH) // datetime.timedelta(microseconds=1) + int(fraction.ljust(6, "0")[:6] or 0)


def microseconds_of_duration(text):
    negative = text.startswith("-")
    whole, _, fraction = text.strip("-").rstrip("s").partition(".")
    count = int(whole) * 1_000_000 + int(fraction.ljust(6, "0")[:6] or 0)
    return -count if negative else count


def outcome_of(answer):
    error = answer.get("error")
    if error is None:
        return ("value", *decoded(answer["value"]))
    if error["code"].startswith("WF") and error["code"] != "WF3113":
        return "rejected", f"{error['code']} {error['message']}"
    return "failed", f"{error['code']} {error['message']}"


def run(binary, seed, count):
    generator = Generator(seed)
    expressions = [generator.expression() for _ in range(count)]
    oracle = OracleProcess()
    tally = Tally("cel")
    requests = [{"expr": expression, "vars": VARIABLES} for expression in expressions]
    for expression, answer in zip(expressions, ask(binary, ["eval", "--typed", "--standard"], requests)):
        theirs, ours = oracle.outcome(expression), outcome_of(answer)
        if theirs[0] == "crashed":
            tally.explain(f"the oracle crashed ({theirs[1]})")
        elif theirs[0] == "unreadable":
            tally.explain(f"the oracle's Python binding cannot show this ({theirs[1]})")
        elif theirs[0] == ours[0] and (theirs[0] != "value" or theirs == ours):
            tally.agree(theirs[0])
        elif reason := explanation(expression, theirs, ours):
            tally.explain(reason)
        else:
            tally.disagree(f"{expression}\n    cel-cpp {theirs}\n    wfrun   {ours}")
    return tally.finish()


MIXED_ORDER = re.compile(r"no matching overload for '_[<>]=?_' applied to '\((int|uint|double), (int|uint|double)\)'")
NUMBER = re.compile(r"-?(?:nan|NaN|inf|Infinity|\d+(?:\.\d+)?(?:e[+-]?\d+)?)")


def without_spelling(value):
    """A value whose texts have all numbers written one way."""
    if isinstance(value, str):
        return NUMBER.sub(lambda match: repr(abs(float(match[0]))) if "n" in match[0].lower() else repr(float(match[0])), value)
    if isinstance(value, list):
        return [without_spelling(item) for item in value]
    return value


# A duration or an instant with decimals that may end with a zero.
SHORT_TIME = re.compile(r"\d\.\d+s|\d(ms|us|ns)|:\d\d\.\d+(Z|[+-])")


def without_last_zeros(value):
    """A value in which texts of durations and timestamps end with their last decimal that is not zero."""
    if isinstance(value, str):
        return re.sub(r"(\.\d*?)0+(?=[sSzZ])", r"\1", value)
    if isinstance(value, list):
        return [without_last_zeros(item) for item in value]
    if isinstance(value, dict):
        return sorted((repr(without_last_zeros(key)), repr(without_last_zeros(item))) for key, item in value.items())
    return value


def explanation(expression, theirs, ours):
    """Why a difference is right, in the words of docs/conformance.md; None when it is not known to be."""
    if theirs[0] == "rejected" and MIXED_ORDER.search(theirs[1]):
        return "numbers of different types can be ordered"
    if theirs[0] == "rejected" and "'reverse' applied to '(list" in theirs[1]:
        return "the oracle has no list extension"
    # For the oracle whatever is reversed is a string.
    if theirs[0] == "rejected" and "expression of type 'string' cannot be the range" in theirs[1] and ".reverse())" in expression:
        return "the oracle has no list extension"
    if theirs[0] == "rejected" and re.search(r"'_[!=]=_' applied to '\(\w+, \w+\)'", theirs[1]) and " + " in expression:
        return "the element type of a list joined of a known and an unknown one"
    # The same of a list with an optional element, whose type may be unknown.
    if theirs[0] == "rejected" and ours[0] == "failed" and re.search(r"\[[^]]*, \?", expression) and "cannot compute" in ours[1]:
        return "the element type of a list joined of a known and an unknown one"
    if theirs[0] in ("failed", "value") and ours[0] == "rejected" and "of this map are" in ours[1]:
        return "a name asked of a map whose keys are no names"
    if theirs[0] == "rejected" and "expected type 'optional_type" in theirs[1] and ours[0] == "failed":
        return "an optional entry of unknown type"
    if theirs[0] == "failed" and "integer overflow" in theirs[1] and ours[:2] == ("value", "duration"):
        return "durations reach ten thousand years"
    if theirs[0] in ("failed", "value") and ours[0] == "rejected":
        if "a map's key cannot be" in ours[1]:
            return "a map's key of a wrong type is found before running"
        if re.match("WF31(05|10)", ours[1]):
            return "a call that no overload takes is found before running"
    if ours[0] == "rejected" and "too large for a double" in ours[1]:
        return "a literal beyond the range of doubles"
    if theirs[0] == "failed" and "is greater than <string>.size()" in theirs[1] and "substring" in expression:
        return "a substring may end where the text ends"
    if ours[0] == "rejected" and "more than 3 loops" in ours[1]:
        return "at most three loops inside each other"
    if theirs[0] == "failed" and "from 'string' to 'bool'" in theirs[1]:
        return "the texts of booleans"
    if theirs[0] == "rejected" and "has() argument" in theirs[1] and ".?" in expression:
        return "has() of an optional field"
    if theirs[0] == ours[0] == "value" and re.search("%s|string", expression) and without_last_zeros(theirs[2]) == without_last_zeros(ours[2]):
        return "decimals of durations and timestamps as texts"
    # Made of such a text: its size, its bytes, its parts.
    if theirs[0] == ours[0] == "value" and re.search(r"%s|string\(", expression) and SHORT_TIME.search(expression):
        return "decimals of durations and timestamps as texts"
    if ours[0] == "failed" and "int() does not take boolean" in ours[1]:
        return "booleans are no numbers"
    if "%d" in expression and theirs[0] == ours[0] == "value" and re.search(r"\.\d{6}", repr(theirs[2])):
        return "%d of a double"
    if theirs[0] == "value" and ours[0] == "failed":
        if "cannot be a key of a map" in ours[1] and "[?" in expression:
            return "an optional index of a type no key has"
        if "base64.decode" in expression and "not base64" in ours[1]:
            return "base64 has no white space and no bits left over"
        # A place in such a text that only the longer one has.
        if " is outside 0 to " in ours[1] and SHORT_TIME.search(expression):
            return "decimals of durations and timestamps as texts"
        if "is not a timestamp" in ours[1] or re.search(r"'(\s.*|.*\s)' is not", ours[1], re.DOTALL):
            return "no white space around numbers and timestamps"
    if theirs[0] == ours[0] == "value" and isinstance(theirs[2], list) and isinstance(ours[2], list):
        if re.search(r"split\(''", expression) and len(theirs[2]) != len(ours[2]):
            return "nothing, split into characters"
        if sorted(map(repr, theirs[2])) == sorted(map(repr, ours[2])) and re.search(r"(m|})\)?\.(map|filter)\(", expression):
            return "the order of a map's keys"
    if theirs[0] == "failed" and ours == ("value", "list", []) and re.search(r"''\)?\.split\(''", expression):
        return "nothing, split into characters"
    if theirs[0] == ours[0] == "value" and theirs[2] == [""] and ours[2] == [] and "split(" in expression:
        return "nothing, split into characters"
    if "%s" in expression and "base64.decode" in expression and re.search(r"\de\d", expression):
        return "how a double is written as text"
    if theirs[0] == "value" and ours[0] == "failed" and re.search(r"\s' is not an? ", ours[1]):
        return "no white space around numbers and timestamps"
    if theirs[0] == ours[0] == "value" and ".map(" in expression and sorted(repr(theirs[2])) == sorted(repr(ours[2])):
        return "the order of a map's keys"
    unusual = re.search(r"\de[+-]\d|nan|inf|-0", repr(theirs[-1]))
    if theirs[0] == ours[0] == "value" and unusual and without_spelling(theirs[2]) == without_spelling(ours[2]):
        return "how a double is written as text"
    if re.sub(r"(?<!\d)1-01-01T", "0001-01-01T", repr(theirs)) == repr(ours):
        return "years have four digits"
    # Not finite or long, and made into another text.
    if "rejected" not in (theirs[0], ours[0]) and re.search(r"string\(\(?(1e308\*10\.0|0\.0/0\.0|-?[\d.]+e-?\d)", expression):
        return "how a double is written as text"
    if theirs[0] == ours[0] == "value" and "%s" in expression and six_digits(theirs[2]) == six_digits(ours[2]):
        return "how a double is written as text"
    return None


def six_digits(value):
    """A value whose texts have all numbers in six digits, as C++ streams write them."""
    if isinstance(value, str):
        return NUMBER.sub(lambda match: f"{float(match[0]):.6g}", value)
    return [six_digits(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    Oracle().serve()
