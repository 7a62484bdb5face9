import JSONSchema
import Testing
import Values

/// A schema that must compile without errors.
func compiled(
    _ text: String, _ options: CompiledSchema.Options = .init(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> CompiledSchema {
    let (schema, problems) = CompiledSchema.compile(try JSON.parse(text), options: options)
    #expect(problems.filter(\.isError) == [], sourceLocation: sourceLocation)
    return try #require(schema, sourceLocation: sourceLocation)
}

/// The violations of an instance, one per line: `pointer: message`.
func violations(
    of instance: String, _ schema: String, _ options: CompiledSchema.Options = .init()
) throws -> [String] {
    let schema = try compiled(schema, options)
    let instance = try JSON.parse(instance)
    let violations = schema.validate(instance)
    #expect(schema.accepts(instance) == violations.isEmpty)
    return violations.map { "\($0.instancePointer): \($0.message)" }
}

/// The problems of a schema, one per line: `kind pointer: message`.
func problems(of schema: String, _ options: CompiledSchema.Options = .init()) throws -> [String] {
    CompiledSchema.compile(try JSON.parse(schema), options: options).problems.map {
        "\($0.kind) \($0.pointer): \($0.message)" + ($0.help.map { " (\($0))" } ?? "")
    }
}
