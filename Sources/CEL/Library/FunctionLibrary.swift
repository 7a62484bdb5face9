import Values

/// All overloads by name.
struct FunctionLibrary: Sendable {
    private let members: [String: [Overload]]
    private let globals: [String: [Overload]]
    /// Every name, sorted, for "did you mean".
    let memberNames: [String]
    let globalNames: [String]
    /// `math` of `math.abs`.
    let namespaces: Set<String>

    init(_ overloads: [Overload]) {
        members = Dictionary(grouping: overloads.filter(\.signature.isMember), by: \.signature.name)
        globals = Dictionary(grouping: overloads.filter { !$0.signature.isMember }, by: \.signature.name)
        memberNames = members.keys.sorted { $0.precedesByCodePoint($1) }
        globalNames = globals.keys.sorted { $0.precedesByCodePoint($1) }
        namespaces = Set(globalNames.compactMap { name in name.firstIndex(of: ".").map { String(name[..<$0]) } })
    }

    func member(_ name: String) -> [Overload] { members[name] ?? [] }
    func global(_ name: String) -> [Overload] { globals[name] ?? [] }

    static let all = FunctionLibrary(
        StandardFunctions.all + ConversionFunctions.all + TimeFunctions.all + StringFunctions.all + FormatFunction.all
            + MathFunctions.all + ListFunctions.all + MapFunctions.all + SetFunctions.all + EncodingFunctions.all
            + OptionalFunctions.all + RegexFunctions.all)
}
