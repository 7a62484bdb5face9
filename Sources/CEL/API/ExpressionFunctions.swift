import Values

/// The functions expressions can call, for documentation and completion.
package enum ExpressionFunctions {
    /// Every overload, as `list(T).slice(integer, integer) -> list(T)`, by name and otherwise in the order of declaration.
    package static let signatures: [String] = names.flatMap { name in
        (FunctionLibrary.all.global(name) + FunctionLibrary.all.member(name)).map(\.signature.description)
    }

    /// Every name once, with its namespace, in code point order.
    package static let names: [String] = Set(FunctionLibrary.all.globalNames + FunctionLibrary.all.memberNames)
        .sorted { $0.precedesByCodePoint($1) }

    /// Calls that are part of the syntax: they name variables, so they are no functions.
    package static let macros = Checker.macros + ["has", "cel.bind"]
}
