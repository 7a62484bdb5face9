import JSONSchema
import Testing
import Values

@Suite struct SchemaProblemTests {
    @Test(arguments: [
        (
            #"{"type":"strin"}"#,
            #"invalid /type: 'type' names no type: "strin" (the types are null, boolean, integer, number, string, array and object)"#
        ),
        (#"{"type":[]}"#, "invalid /type: 'type' must be the name of a type or a non-empty list of such names"),
        (#"{"minLength":-1}"#, "invalid /minLength: 'minLength' must be a non-negative integer, found -1"),
        (#"{"multipleOf":0}"#, "invalid /multipleOf: 'multipleOf' must be greater than 0, found 0"),
        (#"{"maximum":"3"}"#, "invalid /maximum: 'maximum' must be a number, found string"),
        (#"{"required":"a"}"#, "invalid /required: 'required' must be a list of field names, found string"),
        (#"{"required":["a","a"]}"#, "invalid /required: 'required' names 'a' twice"),
        (#"{"enum":1}"#, "invalid /enum: 'enum' must be a list of values, found integer"),
        (#"{"allOf":[]}"#, "invalid /allOf: 'allOf' must be a non-empty list of schemas"),
        (
            #"{"items":[{}]}"#,
            "invalid /items: 'items' must be a schema (an object or a boolean), found list (use 'prefixItems' for a schema per position)"
        ),
        (#"{"properties":{"a":3}}"#, "invalid /properties/a: a schema is an object or a boolean, found integer"),
        (#"{"properties":[]}"#, "invalid /properties: 'properties' must be an object of schemas, found list"),
        (#"3"#, "invalid : a schema is an object or a boolean, found integer"),
        (#"{"uniqueItems":1}"#, "invalid /uniqueItems: 'uniqueItems' must be a boolean, found integer"),
        (#"{"title":1}"#, "invalid /title: 'title' must be a string, found integer"),
        (
            #"{"$anchor":"1a"}"#,
            "invalid /$anchor: '$anchor' must begin with a letter or '_' and go on with letters, digits, '-', '_' and '.'"
        ),
        (#"{"$id":"a#b"}"#, "invalid /$id: an '$id' has no fragment; use '$anchor' to name a place"),
        (#"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"#, "invalid /$defs/a/$anchor: two schemas have the anchor 'x'"),
        (
            #"{"pattern":"("}"#,
            "badPattern /pattern: pattern '(' cannot be used: this group is never closed with ')' (at byte 0)"
        ),
        (
            #"{"patternProperties":{"^(?=a)":true}}"#,
            "unsupportedPattern /patternProperties/^(?=a): pattern '^(?=a)' cannot be used: look-ahead cannot be matched in linear time (at byte 1) (patterns are matched in linear time; say it in several patterns)"
        ),
        (##"{"$ref":"#/$defs/x"}"##, "unresolvableReference /$ref: '#/$defs/x' leads nowhere: nothing stands at '/$defs/x'"),
        (
            #"{"$ref":"https://example.com/x"}"#,
            "unresolvableReference /$ref: 'https://example.com/x' leads nowhere: no schema has the URI 'https://example.com/x' (schemas are never fetched; give the resource along with the schema)"
        ),
        (
            ##"{"$ref":"#adress","$defs":{"a":{"$anchor":"address"}}}"##,
            "unresolvableReference /$ref: '#adress' leads nowhere: no schema has the anchor 'adress' (did you mean '#address'?)"
        ),
        (##"{"allOf":[{"$ref":"#"}]}"##, "endlessReference : this schema leads back to itself without going into the value"),
    ])
    func `A wrong schema has a problem with its place`(schema: String, expected: String) throws {
        #expect(try problems(of: schema) == [expected])
        #expect(CompiledSchema.compile(try JSON.parse(schema)).schema == nil)
    }

    @Test(arguments: [
        (#"{"typ":"string"}"#, "unknownKeyword /typ: unknown keyword 'typ' (did you mean 'type'?)"),
        (#"{"definitions":{}}"#, "olderDraft /definitions: 'definitions' is a keyword of an earlier draft (use '$defs')"),
        (
            #"{"additionalItems":false}"#,
            "olderDraft /additionalItems: 'additionalItems' is a keyword of an earlier draft (use 'prefixItems' for the first items and 'items' for the rest)"
        ),
        (#"{"format":"e-mail"}"#, "unknownFormat /format: unknown format 'e-mail', which accepts any text"),
        (
            #"{"$schema":"http://json-schema.org/draft-07/schema#"}"#,
            "olderDraft /$schema: 'http://json-schema.org/draft-07/schema#' is another draft; the schema is read as draft 2020-12 (write 'https://json-schema.org/draft/2020-12/schema')"
        ),
    ])
    func `What is odd but usable is a warning`(schema: String, expected: String) throws {
        #expect(try problems(of: schema) == [expected])
        #expect(CompiledSchema.compile(try JSON.parse(schema)).schema != nil)
    }

    @Test func `Extension keywords that say so are left alone`() throws {
        #expect(try problems(of: #"{"x-order":3,"$comment":"fine","default":null,"examples":[1]}"#) == [])
    }

    @Test func `All problems are reported, in document order`() throws {
        let found = try problems(of: #"{"properties":{"b":{"type":1},"a":{"minimum":""}},"maxItems":-1}"#)
        #expect(
            found.map { $0.split(separator: ":")[0] } == [
                "invalid /maxItems", "invalid /properties/a/minimum", "invalid /properties/b/type",
            ])
    }

    @Test func `Problems in another resource name it`() throws {
        let options = CompiledSchema.Options(resources: ["urn:shared": ["$defs": ["a": ["type": "nothing"]]]])
        let found = CompiledSchema.compile(["$ref": "urn:shared#/$defs/a"], options: options).problems
        #expect(found.map(\.pointer) == ["urn:shared#/$defs/a/type"])
    }

    @Test func `References reach the schema itself, its bundle and the meta-schemas`() throws {
        let bundle = CompiledSchema.Options(resources: [
            "https://example.com/address": ["$anchor": "top", "type": "object", "required": ["city"]],
            "types/item.json": ["$ref": "size.json"], "types/size.json": ["enum": ["S", "L"]],
        ])
        #expect(try violations(of: "{}", #"{"$ref":"https://example.com/address#top"}"#, bundle) == [": missing field 'city'"])
        #expect(try violations(of: #""M""#, #"{"$ref":"types/item.json"}"#, bundle) == [#": expected "S" or "L", found "M""#])
        let meta = #"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"#
        #expect(try violations(of: #"{"items":{"minLength":-1}}"#, meta) == ["/items/minLength: expected at least 0, found -1"])
    }

    @Test func `The published meta-schemas compile`() throws {
        #expect(try problems(of: #"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"#) == [])
    }
}
