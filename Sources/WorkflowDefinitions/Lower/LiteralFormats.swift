import JSONSchema
import Values
import WorkflowGraph

/// Whether literal text has the form that its type names.
enum LiteralFormats {
    private static let contracts: [TypeForm.Text: ValueContract] = {
        var contracts: [TypeForm.Text: ValueContract] = [:]
        for kind in [TypeForm.Text.uri, .email, .uuid] {
            contracts[kind] = ContractMaking.contract(DeclaredType(.text(kind)), isClosed: false).contract
        }
        return contracts
    }()

    /// What is wrong with the text; nil when nothing is.
    static func violation(_ text: String, _ kind: TypeForm.Text) -> String? {
        contracts[kind]?.schema.validate(.string(text)).first?.message
    }
}
