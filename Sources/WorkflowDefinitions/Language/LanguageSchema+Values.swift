import Values

// What each key takes.

extension LanguageSchema {
    static func value(of key: String, in topic: String) -> ValueMap {
        switch topic {
        case "step": return step(key)
        case "definition": return definition(key)
        case "trigger": return trigger(key)
        default: break
        }
        switch (topic, key) {
        case (_, "until") where topic != "repeat": return map(reference("expression"))
        case (_, "if"), (_, "where"), ("repeat", "until"): return map(reference("condition"))
        case (_, "steps"): return map(reference("steps"))
        case (_, "event"): return map(reference(topic == "emit" ? "name" : "names"))
        case (_, "errors"): return map(reference("errors"))
        case (_, "match"): return ["type": "object"]
        case (_, "retryable"), (_, "jitter"): return ["type": "boolean"]
        case (_, "code"), (_, "as"), (_, "index"): return ["type": "string"]
        case ("concurrency", "limit"): return integer(1...100_000)
        case ("foreach", "concurrency"): return integer(1...1_000)
        case (_, "max"): return integer(1...1_000_000)
        case (_, "attempts"): return integer(1...1_000)
        case (_, "backoff"): return ["type": "number", "minimum": 1, "maximum": 100]
        case (_, "overflow"): return choice(Keys.overflows)
        case (_, "every"): return ["anyOf": [reference("duration"), reference("expression")]]
        case (_, "delay"), (_, "max_delay"), (_, "timeout"), ("retention", _): return map(reference("duration"))
        default: return [:]
        }
    }

    private static func definition(_ key: String) -> ValueMap {
        switch key {
        case "workflow": ["type": "string", "pattern": "^[a-z][a-z0-9_-]*([.][a-z][a-z0-9_-]*)*$"]
        case "action": ["type": "string", "pattern": "^[a-z][a-z0-9_-]*([.][a-z][a-z0-9_-]*)*$"]
        case "description": ["type": "string"]
        case "dsl": ["const": 1]
        case "input", "returns": map(reference("type"))
        case "types": ["type": "object", "propertyNames": ["pattern": "^[A-Z]"], "additionalProperties": reference("type")]
        case "events": ["type": "object", "additionalProperties": reference("type")]
        case "config": ["type": "object", "propertyNames": ["pattern": "^[a-z]"], "additionalProperties": reference("type")]
        case "secrets": ["type": "array", "items": ["type": "string", "pattern": "^[a-z]"], "uniqueItems": true]
        case "labels": ["type": "object", "propertyNames": ["pattern": "^[a-z]"]]
        case "triggers": ["type": "array", "items": reference("trigger")]
        case "timeout": map(reference("duration"))
        case "steps", "finally": map(reference("steps"))
        case "concurrency", "retention", "catch": map(reference(key))
        default: [:]
        }
    }

    private static func trigger(_ key: String) -> ValueMap {
        switch key {
        case "cron", "timezone": ["type": "string"]
        case "catchup": choice(Keys.catchups)
        case "overlap": choice(Keys.overlaps)
        case "event": map(reference("names"))
        case "where": map(reference("condition"))
        default: [:]
        }
    }

    private static func step(_ key: String) -> ValueMap {
        switch key {
        case "id": ["type": "string", "pattern": "^[a-z][a-z0-9_]*$"]
        case "call", "invoke": map(reference("name"))
        case "detach", "at_most_once": ["type": "boolean"]
        case "description": ["type": "string"]
        case "with": map(reference("input"))
        case "sleep", "timeout": map(reference("limit"))
        case "let": map(reference("bindings"))
        case "steps", "parallel", "switch", "compensate", "finally": map(reference("steps"))
        case "if": map(reference("condition"))
        case "returns": map(reference("type"))
        case "wait", "emit", "fail", "foreach", "repeat", "retry", "catch": map(reference(key))
        default: [:]
        }
    }

    private static func map(_ value: Value) -> ValueMap { value.mapValue ?? [:] }
    private static func integer(_ range: ClosedRange<Int64>) -> ValueMap {
        ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)]
    }
    private static func choice(_ members: [String]) -> ValueMap { ["enum": .list(members.map(Value.string))] }
}

// MARK: - Kinds of values

extension LanguageSchema {
    /// Text with an expression in it.
    static var expression: Value { ["type": "string", "pattern": "[$][{][{]"] }
    static var condition: Value { ["anyOf": [["type": "boolean"], reference("expression")]] }
    static var duration: Value {
        ["type": "string", "pattern": "^([0-9]+(w|d|h|m|s|ms))+$", "examples": ["30s", "15m", "1d12h"]]
    }
    /// The input of a call: fields, or an expression that gives them.
    static var inputValue: Value { ["anyOf": [["type": "object"], reference("expression")]] }
    static var name: Value { ["type": "string", "minLength": 1] }
    static var names: Value { ["anyOf": [reference("name"), ["type": "array", "minItems": 1, "items": reference("name")]]] }
    static var errors: Value {
        let code: Value = ["type": "string", "pattern": "^([A-Za-z0-9_.-]+[*]?|[*])$"]
        return ["anyOf": [code, ["type": "array", "minItems": 1, "items": code]]]
    }
    static var bindings: Value { ["type": "object", "propertyNames": ["pattern": "^[A-Za-z_][A-Za-z0-9_]*$"]] }

    static var type: Value {
        let bases = TypeParser.bases.map { Value.string($0.name) } + TypeParser.bases.map { .string($0.name + "?") }
        return [
            "description":
                "A type: a base type, 'T?' for optional, 'list(T)', 'map(T)', 'enum(a | b)', 'T = default', the name of a type, a map of fields, or a JSON Schema document (with '$schema').",
            // The first alternative is for completion; a base type called null is YAML's null when it stands alone.
            "anyOf": [
                ["enum": .list(bases)], ["type": "string", "pattern": "^ *[A-Za-z]"], ["type": "null"], reference("fields"),
            ],
        ]
    }
    static var fields: Value {
        [
            "type": "object", "if": requires("$schema"), "then": true,
            "else": ["additionalProperties": reference("type")],
        ]
    }
}
