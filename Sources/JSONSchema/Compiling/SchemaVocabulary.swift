/// The vocabularies of draft 2020-12 that a schema's dialect turns on.
struct SchemaVocabularies: OptionSet, Sendable {
    let rawValue: Int

    static let applicator = SchemaVocabularies(rawValue: 1)
    static let unevaluated = SchemaVocabularies(rawValue: 2)
    static let validation = SchemaVocabularies(rawValue: 4)
    static let metadata = SchemaVocabularies(rawValue: 8)
    static let formatAnnotation = SchemaVocabularies(rawValue: 16)
    static let formatAssertion = SchemaVocabularies(rawValue: 32)
    static let content = SchemaVocabularies(rawValue: 64)
    /// Those of the published meta-schema. The core vocabulary cannot be turned off.
    static let standard: SchemaVocabularies = [.applicator, .unevaluated, .validation, .metadata, .formatAnnotation, .content]

    static let byURI: [String: SchemaVocabularies] = [
        "core": [], "applicator": .applicator, "unevaluated": .unevaluated, "validation": .validation,
        "meta-data": .metadata, "format-annotation": .formatAnnotation, "format-assertion": .formatAssertion,
        "content": .content,
    ].reduce(into: [:]) { $0["https://json-schema.org/draft/2020-12/vocab/" + $1.key] = $1.value }
}

/// What stands under a keyword.
enum KeywordContent {
    case plain
    case subschema
    case subschemaList
    case subschemaMap
    /// Draft 7's `dependencies`: subschemas or lists of names by name.
    case dependencyMap

    static let byKeyword: [String: KeywordContent] = [
        "$schema": .plain, "$id": .plain, "$ref": .plain, "$anchor": .plain, "$dynamicRef": .plain, "$dynamicAnchor": .plain,
        "$vocabulary": .plain, "$comment": .plain, "$defs": .subschemaMap,
        "prefixItems": .subschemaList, "items": .subschema, "contains": .subschema, "additionalProperties": .subschema,
        "properties": .subschemaMap, "patternProperties": .subschemaMap, "dependentSchemas": .subschemaMap,
        "propertyNames": .subschema, "if": .subschema, "then": .subschema, "else": .subschema,
        "allOf": .subschemaList, "anyOf": .subschemaList, "oneOf": .subschemaList, "not": .subschema,
        "unevaluatedItems": .subschema, "unevaluatedProperties": .subschema,
        "type": .plain, "const": .plain, "enum": .plain, "multipleOf": .plain, "maximum": .plain, "exclusiveMaximum": .plain,
        "minimum": .plain, "exclusiveMinimum": .plain, "maxLength": .plain, "minLength": .plain, "pattern": .plain,
        "maxItems": .plain, "minItems": .plain, "uniqueItems": .plain, "maxContains": .plain, "minContains": .plain,
        "maxProperties": .plain, "minProperties": .plain, "required": .plain, "dependentRequired": .plain,
        "title": .plain, "description": .plain, "default": .plain, "deprecated": .plain, "readOnly": .plain,
        "writeOnly": .plain, "examples": .plain, "format": .plain, "contentEncoding": .plain, "contentMediaType": .plain,
        "contentSchema": .subschema,
        // Of earlier drafts; the meta-schema of 2020-12 keeps their names and shapes.
        "definitions": .subschemaMap, "dependencies": .dependencyMap, "$recursiveAnchor": .plain, "$recursiveRef": .plain,
    ]

    /// What became of keywords of earlier drafts.
    static let successors: [String: String] = [
        "definitions": "use '$defs'", "dependencies": "use 'dependentSchemas' or 'dependentRequired'",
        "$recursiveRef": "use '$dynamicRef'", "$recursiveAnchor": "use '$dynamicAnchor'",
        "additionalItems": "use 'prefixItems' for the first items and 'items' for the rest", "id": "use '$id'",
        "divisibleBy": "use 'multipleOf'", "disallow": "use 'not'", "extends": "use 'allOf'",
    ]
}
