// JSONSchema: JSON Schema, draft 2020-12, for the values of module `Values`.
//
// Invariant: knows no workflows and no files. A schema's references lead to itself, to the resources given with it and to
// the published meta-schemas, never to the network; no schema and no instance can exhaust stack, time or memory: limits are
// named in `SchemaLimits` and reported like any other mistake.
//
// Start at `CompiledSchema`; `SchemaCompiler` makes the program and `SchemaRun` executes it; `Keywords` has one file per
// family of keywords with both halves of each: how it is read, and how it is checked.

package import Values

/// A JSON Schema ready to validate: immutable, compiled once, shared by any number of tasks.
package final class CompiledSchema: Sendable {
    package struct Options: Sendable {
        /// Whether `format` is an assertion. By default it is an annotation, as the standard has it.
        package var assertsFormats: Bool
        /// Other schemas that references may name, by URI.
        package var resources: [String: Value]
        /// Formats beyond the standard's, always asserted.
        package var additionalFormats: [String: @Sendable (String) -> Bool]
        package var limits: SchemaLimits

        package init(
            assertsFormats: Bool = false, resources: [String: Value] = [:],
            additionalFormats: [String: @Sendable (String) -> Bool] = [:], limits: SchemaLimits = SchemaLimits()
        ) {
            self.assertsFormats = assertsFormats
            self.resources = resources
            self.additionalFormats = additionalFormats
            self.limits = limits
        }
    }

    /// The schema as it was given.
    package let document: Value
    private let program: SchemaProgram
    private let limits: SchemaLimits

    private init(document: Value, program: SchemaProgram, limits: SchemaLimits) {
        self.document = document
        self.program = program
        self.limits = limits
    }

    /// Compiles a schema. The problems are all that could be found, in document order; there is a schema unless one of
    /// them is an error.
    package static func compile(
        _ document: Value, options: Options = Options()
    ) -> (schema: CompiledSchema?, problems: [SchemaProblem]) {
        var compiler = SchemaCompiler(options: options)
        let program = compiler.compile(document)
        let problems = compiler.problems.sorted()
        guard let program, !problems.contains(where: \.isError) else { return (nil, problems) }
        return (CompiledSchema(document: document, program: program, limits: options.limits), problems)
    }

    /// Everything that is wrong with the instance, in document order and at most `SchemaLimits.violations`; empty if valid.
    package func validate(_ instance: Value) -> [SchemaViolation] {
        if accepts(instance) { return [] }
        var run = SchemaRun(program: program, limits: limits, reports: true)
        let isValid = run.check(program.root, instance)
        return run.violations(isValid: isValid)
    }

    /// Whether the instance is valid: stops at the first violation and words none.
    package func accepts(_ instance: Value) -> Bool {
        var run = SchemaRun(program: program, limits: limits, reports: false)
        return run.check(program.root, instance) && run.exceeded == nil
    }
}

/// Bounds of compiling and validating; beyond them a schema has a problem and an instance a violation.
package struct SchemaLimits: Sendable, Hashable {
    /// Subschemas of a schema and all it refers to.
    package var subschemas = 50_000
    /// Regular expressions of a schema and all it refers to: each may take memory.
    package var patterns = 1_000
    /// Levels of a schema document.
    package var schemaDepth = 256
    /// Subschemas applied within each other.
    package var depth = 400
    /// Subschemas applied in all, and what equals them in cost.
    package var steps = 2_000_000
    /// Violations reported for one instance.
    package var violations = 64

    package init() {}
}
