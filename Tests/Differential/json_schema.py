"""Generated schemas and instances against the Rust crate jsonschema (PyPI jsonschema-rs), draft 2020-12.

Compared: whether a schema is refused, and whether an instance is valid. Some schemas are broken on purpose.
"""

import json
from random import Random

import jsonschema_rs
from harness import Tally, ask

NAMES = ["a", "b", "c", "ab", "x-y", "é", ""]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
PATTERNS = ["^a", "b$", "^[a-z]*$", "\\d+", "^.$", "^\\p{L}+$", "a|b", "(ab)+", "^$", "[^a]", "\\w", "\\S\\s"]
FORMATS = ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "uuid",
           "json-pointer", "relative-json-pointer", "regex"]
STRINGS = ["", "a", "b", "ab", "abc", "é", "😀", "e\u0301", "1", "12", "A b", "a@b.example", "2020-02-29", "2021-02-29", "12:30:00Z",
           "2020-01-01T00:00:00Z", "P1D", "P1W2D", "127.0.0.1", "::1", "http://a.example/b?c#d", "../x", "/a/b~1", "0/a",
           "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "ex-ample.com", "-bad-.com", "(a", "[a-z]", "256.0.0.1", "P", "PT1H30M",
           "23:59:60Z", "2016-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00"]
NUMBERS = [0, 1, -1, 2, 3, 10, 1.5, -0.5, 1.0, 0.1, 0.3, 1e3, 9007199254740993, 1e20, 12.0, 7.25, 100]


class Generator:
    def __init__(self, seed):
        self.random = Random(seed)

    def case(self):
        self.anchors = []
        schema = self.schema(self.random.choice([1, 2, 2, 3]))
        if isinstance(schema, dict):
            self.add_references(schema)
            if self.random.random() < 0.04:
                self.damage(schema)
        return schema, [self.instance(schema) for _ in range(3)]

    # MARK: Schemas

    def schema(self, depth):
        random = self.random
        if random.random() < 0.06:
            return random.choice([True, False])
        schema = {}
        if random.random() < 0.5:
            schema["type"] = random.choice(TYPES) if random.random() < 0.7 else random.sample(TYPES, random.randint(1, 3))
        for _ in range(random.choice([0, 1, 1, 2, 3])):
            self.keyword(schema, depth)
        return schema

    def keyword(self, schema, depth):
        random = self.random
        simple = ["enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength",
                  "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required", "dependentRequired",
                  "format", "title", "$comment", "contentMediaType", "default"]
        nested = ["items", "prefixItems", "contains", "properties", "patternProperties", "additionalProperties", "propertyNames",
                  "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "unevaluatedProperties", "unevaluatedItems", "ref"]
        name = random.choice(simple + (nested * 2 if depth > 0 else []))
        below = lambda: self.schema(depth - 1)
        some = lambda make, most=3: [make() for _ in range(random.randint(1, most))]
        if name == "enum":
            schema[name] = some(lambda: self.value(1))
        elif name in ("const", "default"):
            schema[name] = self.value(1)
        elif name == "multipleOf":
            schema[name] = random.choice([1, 2, 0.5, 0.1, 3, 1.5, 0.01, 7])
        elif name in ("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"):
            schema[name] = random.choice(NUMBERS)
        elif name in ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"):
            schema[name] = random.choice([0, 1, 2, 3, 2.0])
        elif name == "pattern":
            schema[name] = random.choice(PATTERNS)
        elif name == "uniqueItems":
            schema[name] = random.random() < 0.8
        elif name == "required":
            schema[name] = random.sample(NAMES, random.randint(0, 2))
        elif name == "dependentRequired":
            schema[name] = {random.choice(NAMES): random.sample(NAMES, random.randint(0, 2))}
        elif name == "format":
            schema[name] = random.choice(FORMATS)
        elif name in ("title", "$comment", "contentMediaType"):
            schema[name] = "application/json"
        elif name == "contains":
            schema[name] = below()
            if random.random() < 0.4:
                schema["minContains"] = random.randint(0, 2)
            if random.random() < 0.3:
                schema["maxContains"] = random.randint(0, 2)
        elif name in ("items", "additionalProperties", "propertyNames", "not", "unevaluatedProperties", "unevaluatedItems"):
            schema[name] = below()
        elif name in ("prefixItems", "allOf", "anyOf", "oneOf"):
            schema[name] = some(below)
        elif name in ("properties", "dependentSchemas"):
            schema[name] = {random.choice(NAMES): below() for _ in range(random.randint(1, 3))}
        elif name == "patternProperties":
            schema[name] = {random.choice(PATTERNS): below()}
        elif name == "if":
            schema["if"] = below()
            for branch in ("then", "else"):
                if random.random() < 0.7:
                    schema[branch] = below()
        else:
            schema[random.choice(["$ref", "$ref", "$dynamicRef"])] = None
            self.anchors.append(schema)

    def add_references(self, schema):
        """Gives every `$ref` a target: a definition, an anchor, the root, or an embedded resource."""
        random = self.random
        if not self.anchors:
            return
        definitions = {"d": self.plain(), "e": {"$anchor": "e", **self.plain()}, "f": {"$dynamicAnchor": "f", **self.plain()},
                       "g": {"$id": "http://example.com/g", "$defs": {"h": {"$dynamicAnchor": "f", **self.plain()}}, **self.plain()}}
        schema.setdefault("$defs", {}).update(definitions)
        if random.random() < 0.4:
            schema["$id"] = "http://example.com/root"
        for place in self.anchors:
            keyword = "$ref" if "$ref" in place else "$dynamicRef"
            targets = ["#/$defs/d", "#e", "#f", "http://example.com/g", "http://example.com/g#/$defs/h"]
            if keyword == "$dynamicRef":
                targets = ["#f", "#e", "http://example.com/g#f"]
            place[keyword] = random.choice(targets)

    def plain(self):
        anchors, self.anchors = self.anchors, []
        schema = self.schema(0)
        self.anchors = anchors
        return schema if isinstance(schema, dict) else {"not": {}} if schema is False else {}

    def damage(self, schema):
        random = self.random
        key = random.choice(list(schema) or ["type"])
        schema[key] = random.choice([None, -1, "x", [], {}, 1.5, [1], ["a", "a"], "(", {"a": 1}])

    # MARK: Instances

    def value(self, depth):
        random = self.random
        kind = random.choice(TYPES if depth > 0 else TYPES[:5])
        if kind == "null":
            return None
        if kind == "boolean":
            return random.random() < 0.5
        if kind in ("integer", "number"):
            return random.choice(NUMBERS)
        if kind == "string":
            return random.choice(STRINGS)
        if kind == "array":
            return [self.value(depth - 1) for _ in range(random.randint(0, 3))]
        return {random.choice(NAMES): self.value(depth - 1) for _ in range(random.randint(0, 3))}

    def instance(self, schema, depth=3):
        """Near what the schema wants, so that not everything fails at the first keyword."""
        random = self.random
        if not isinstance(schema, dict) or random.random() < 0.25 or depth == 0:
            return self.value(2)
        if "const" in schema and random.random() < 0.7:
            return schema["const"]
        if isinstance(schema.get("enum"), list) and schema["enum"] and random.random() < 0.7:
            return random.choice(schema["enum"])
        kind = schema.get("type")
        kind = random.choice(kind) if isinstance(kind, list) and kind else kind
        if kind not in TYPES:
            kind = ("object" if any(key in schema for key in ("properties", "required", "patternProperties", "additionalProperties",
                                                              "propertyNames", "unevaluatedProperties", "dependentSchemas"))
                    else "array" if any(key in schema for key in ("items", "prefixItems", "contains", "unevaluatedItems")) else None)
        if kind == "object":
            properties = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
            names = set(random.sample(NAMES, random.randint(0, 2)))
            required = schema.get("required") if isinstance(schema.get("required"), list) else []
            names |= {name for name in required if isinstance(name, str)}
            names |= {name for name in properties if random.random() < 0.7}
            return {name: self.instance(properties.get(name, True), depth - 1) for name in sorted(names)}
        if kind == "array":
            prefix = schema.get("prefixItems") if isinstance(schema.get("prefixItems"), list) else []
            items = [self.instance(each, depth - 1) for each in prefix]
            return items + [self.instance(schema.get("items", schema.get("contains", True)), depth - 1)
                            for _ in range(random.randint(0, 3))]
        if kind in ("integer", "number"):
            return random.choice(NUMBERS)
        return random.choice(STRINGS) if kind == "string" else self.value(2)


class Oracle:
    def __init__(self, schema, asserts):
        self.refused = None
        try:
            self.validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=asserts)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            self.refused = str(error).split("\n")[0]

    def is_valid(self, instance):
        return self.validator.is_valid(instance)


def run(binary, seed, count):
    tally = Tally("schema")
    for asserts, share in ((False, count - count // 4), (True, count // 4)):
        compare(binary, Random(seed * 2 + asserts).randrange(1 << 60), share, asserts, tally)
    return tally.finish()


def compare(binary, seed, count, asserts, tally):
    generator = Generator(seed)
    cases, requests = [], []
    while len(cases) < count:
        schema, instances = generator.case()
        for instance in instances:
            cases.append((schema, instance))
            requests.append({"schema": schema, "data": instance})
    flags = ["--format-assertion"] if asserts else []
    oracle, last = None, object()
    for (schema, instance), answer in zip(cases, ask(binary, ["check", *flags], requests)):
        if schema is not last:
            oracle, last = Oracle(schema, asserts), schema
        shown = f"{json.dumps(schema, ensure_ascii=False)}\n    {json.dumps(instance, ensure_ascii=False)}"
        error = answer.get("error")
        if error or oracle.refused:
            if error and oracle.refused:
                tally.agree("refused")
            elif reason := refusal(schema, error, oracle.refused):
                tally.explain(reason)
            else:
                tally.disagree(f"{shown}\n    jsonschema {oracle.refused}\n    wfrun {error}")
        elif oracle.is_valid(instance) == answer["valid"]:
            tally.agree("valid" if answer["valid"] else "invalid")
        elif reason := verdict(schema, instance, answer):
            tally.explain(reason)
        else:
            tally.disagree(f"{shown}\n    jsonschema {oracle.is_valid(instance)}\n    wfrun {answer['valid']} {answer['errors'][:1]}")


def refusal(schema, ours, theirs):
    return None


def verdict(schema, instance, answer):
    return None
