import JSONSchema
import Values
import WorkflowGraph

/// Makes contracts of declared types.
enum ContractMaking {
    /// Nil when the schema cannot be compiled.
    static func contract(_ type: DeclaredType, isClosed: Bool) -> (contract: ValueContract?, problems: [SchemaProblem]) {
        var options = CompiledSchema.Options()
        // The language's own types mean what they say; in a schema an author wrote, `format` is what the standard makes of it.
        if case .schema = type.form { options.assertsFormats = false } else { options.assertsFormats = true }
        let (schema, problems) = CompiledSchema.compile(type.schemaDocument(isClosed: isClosed), options: options)
        let contract = schema.map { ValueContract(schema: $0, type: type.staticType(), shape: type.shape) }
        return (contract, problems)
    }
}
