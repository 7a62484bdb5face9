package import Values

/// The language as a JSON Schema for editors: which keys stand where, what they mean and take.
///
/// Draft-07, because that is what editors read. It describes the same keys as the parser: both take them from `Keys`. What needs
/// more than the shape of the text (names, types, expressions, paths) is for `wfrun validate`.
package enum LanguageSchema {
    package static let document: Value = .map([
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:wfrun:schema:definition",
        "title": "wfrun definition",
        "description": "A workflow or an action of wfrun: a list of steps that goes on where it was after a crash.",
        "allOf": [reference("definition")],
        "definitions": .map(definitions),
    ])

    private static var definitions: ValueMap {
        [
            "definition": definition, "sharedTypes": sharedTypes, "trigger": trigger, "concurrency": concurrency,
            "retention": retention, "steps": steps, "step": step, "wait": wait, "emit": emit, "fail": fail, "limit": limit,
            "foreach": foreach, "repeat": repetition, "retry": retry, "catch": catches, "clause": clause, "names": names,
            "errors": errors, "condition": condition, "expression": expression, "duration": duration, "input": inputValue,
            "type": type, "fields": fields, "name": name, "bindings": bindings,
        ]
    }

    // MARK: Files

    private static var definition: Value {
        var schema = mapping("definition", Keys.definition, required: ["steps"])
        schema["oneOf"] = [requires("workflow"), requires("action")]
        schema["if"] = requires("action")
        schema["then"] = ["properties": .map(ValueMap(Keys.workflowOnly.map { ($0, Value.bool(false)) }))]
        return .map(schema)
    }

    private static var sharedTypes: Value {
        var schema = mapping("definition", Keys.sharedTypes)
        schema["description"] = "definitions/types.yaml: types and events that all files of the project see."
        return .map(schema)
    }

    private static var trigger: Value {
        var schema = mapping("trigger", Keys.trigger)
        schema["oneOf"] = [requires("cron"), requires("event")]
        return .map(schema)
    }

    private static var concurrency: Value { .map(mapping("concurrency", Keys.concurrency)) }

    private static var retention: Value {
        ["anyOf": [reference("duration"), .map(mapping("retention", Keys.endings))]]
    }

    // MARK: Steps

    private static var steps: Value { ["type": "array", "minItems": 1, "items": reference("step")] }

    private static var step: Value {
        var schema = mapping("step", Keys.step, required: ["id"])
        schema["oneOf"] = .list(Keys.verbs.map { requires($0) })
        var dependencies = ValueMap()
        for (key, verbs) in Keys.companions + modifierVerbs {
            dependencies[key] = verbs.count == 1 ? requires(verbs[0]) : ["anyOf": .list(verbs.map { requires($0) })]
        }
        schema["dependencies"] = .map(dependencies)
        schema["not"] = ["required": ["foreach", "repeat"]]
        return .map(schema)
    }

    /// The modifiers that not every verb takes, with the verbs that do.
    private static var modifierVerbs: [(String, [String])] {
        let effects = Keys.verbs.filter { !["let", "fail", "return", "continue_as_new"].contains($0) }
        return [
            ("foreach", effects), ("repeat", effects), ("output", effects),
            ("timeout", effects.filter { $0 != "emit" }),
            ("retry", ["call", "invoke", "steps", "parallel", "switch"]),
            ("returns", ["call", "invoke", "wait"]), ("at_most_once", ["call"]),
            ("compensate", ["call", "invoke", "emit", "steps", "parallel", "switch"]),
            ("catch", Keys.verbs.filter { $0 != "return" && $0 != "continue_as_new" }),
        ]
    }

    private static var wait: Value { .map(mapping("wait", Keys.wait, required: ["event"])) }
    private static var emit: Value { .map(mapping("emit", Keys.emit, required: ["event"])) }
    private static var fail: Value {
        ["anyOf": [reference("expression"), .map(mapping("fail", Keys.fail, required: ["code", "message"]))]]
    }
    private static var limit: Value {
        ["anyOf": [reference("duration"), reference("expression"), .map(mapping("limit", Keys.limit, required: ["until"]))]]
    }

    // MARK: Modifiers

    private static var foreach: Value {
        [
            "anyOf": [
                reference("expression"), ["type": "array"], .map(mapping("foreach", Keys.foreach, required: ["in"])),
            ]
        ]
    }
    private static var repetition: Value { .map(mapping("repeat", Keys.repeat, required: ["max"])) }
    private static var retry: Value {
        [
            "anyOf": [
                ["type": "integer", "minimum": 1, "maximum": 1_000], .map(mapping("retry", Keys.retry)),
            ]
        ]
    }
    private static var catches: Value {
        ["anyOf": [reference("clause"), ["type": "array", "minItems": 1, "items": reference("clause")]]]
    }
    private static var clause: Value { .map(mapping("clause", Keys.clause)) }

    // MARK: Parts

    /// The schema of a mapping from its keys; `topic` says where their words and values are found.
    private static func mapping(_ topic: String, _ keys: [String], required: [String] = []) -> ValueMap {
        var properties = ValueMap()
        for key in keys {
            var property = value(of: key, in: topic)
            if let words = LanguageWords.description(of: key, in: topic) {
                // Draft-07 ignores what stands beside a `$ref`.
                if property["$ref"] != nil { property = ["allOf": [.map(property)]] }
                property["description"] = .string(words)
            }
            properties[key] = .map(property)
        }
        var schema: ValueMap = ["type": "object", "properties": .map(properties), "additionalProperties": false]
        if !required.isEmpty { schema["required"] = .list(required.map(Value.string)) }
        return schema
    }

    static func reference(_ name: String) -> Value { ["$ref": .string("#/definitions/\(name)")] }
    static func requires(_ key: String) -> Value { ["required": .list([.string(key)])] }
}
