import Values

extension Checker {
    /// A name or field. Of `a.b.c` the longest prefix that is a declared variable counts.
    func inferAccess(_ node: SyntaxNode) -> StaticType {
        if node.isNameChain, !hasLocalRoot(node), let type = resolveChain(node) { return type }
        switch node.kind {
        case .name(let name, _):
            guard let local = local(name.text) else { return .error }
            references[node.id] = .local(local.index)
            return narrowed(local.type, node)
        case .select(let selection):
            let operand = check(selection.operand)
            return narrowed(inferSelection(selection, of: operand), node)
        default: return .error
        }
    }

    func local(_ name: String) -> Local? { locals.last { $0.name.hasSameCodePoints(as: name) } }

    func hasLocalRoot(_ node: SyntaxNode) -> Bool {
        switch node.kind {
        case .name(let name, let isAbsolute): !isAbsolute && local(name.text) != nil
        case .select(let selection): hasLocalRoot(selection.operand)
        default: false
        }
    }

    /// `a.b.c` as names with their nodes, outermost last.
    func chain(_ node: SyntaxNode) -> [(name: SyntaxNode.Name, node: SyntaxNode)] {
        switch node.kind {
        case .name(let name, _): [(name, node)]
        case .select(let selection): chain(selection.operand) + [(selection.field, node)]
        default: []
        }
    }

    private func isAbsolute(_ node: SyntaxNode) -> Bool {
        switch node.kind {
        case .name(_, let isAbsolute): isAbsolute
        case .select(let selection): isAbsolute(selection.operand)
        default: false
        }
    }

    /// The type of a chain that is a variable or type's name as a whole; an error when no prefix of it is one; nil when a
    /// shorter prefix is, so that the rest are fields.
    private func resolveChain(_ node: SyntaxNode) -> StaticType? {
        let links = chain(node)
        let isAbsolute = isAbsolute(node)
        let longest = options.container.isEmpty ? max(scope.longestName, Self.longestTypeName) : links.count
        for length in stride(from: min(links.count, longest), through: 1, by: -1) {
            let name = length == 1 ? links[0].name.text : links[..<length].map(\.name.text).joined(separator: ".")
            guard let (reference, type) = lookUp(name, isAbsolute: isAbsolute) else { continue }
            if length < links.count { return nil }
            references[node.id] = reference
            return narrowed(type, node)
        }
        reportUnknown(links.map(\.name))
        return .error
    }

    private func lookUp(_ name: String, isAbsolute: Bool) -> (Reference, StaticType)? {
        if options.container.isEmpty { return lookUp(name) }
        var container = isAbsolute ? [] : options.container.split(separator: ".")
        while true {
            let candidate = (container.map(String.init) + [name]).joined(separator: ".")
            if let found = lookUp(candidate) { return found }
            if container.isEmpty { return nil }
            container.removeLast()
        }
    }

    private func lookUp(_ name: String) -> (Reference, StaticType)? {
        if let variable = scope.variable(name) { return (.slot(variable.slot), variable.type) }
        return Self.typeNames[name].map { (.type($0), .type) }
    }

    /// Parts of `google.protobuf.Timestamp`.
    private static let longestTypeName = 3

    static let typeNames: [String: String] = {
        let same = [
            "bool", "int", "uint", "double", "string", "bytes", "list", "map", "type", "null_type", "optional_type",
            "google.protobuf.Timestamp", "google.protobuf.Duration",
        ]
        return Dictionary(uniqueKeysWithValues: same.map { ($0, $0) })
    }()

    // MARK: Unknown names

    private func reportUnknown(_ names: [SyntaxNode.Name]) {
        // How many of the names are the beginning of something declared.
        var known = 0
        while known < names.count, isBeginning(names[...known]) { known += 1 }
        let prefix = names[..<known].map(\.text).joined(separator: ".")
        if known == names.count, let last = names.last {
            report(
                .init(
                    .unknownName, "'\(prefix)' is no value by itself", at: names[0].range.lowerBound..<last.range.upperBound,
                    help: options.guessesNames
                        ? Suggestion.help(for: "", among: continuations(of: names[...]).map { "\(prefix).\($0)" }) : nil))
            return
        }
        let name = names[known]
        if known > 0 {
            report(
                .init(
                    .unknownName, "there is no '\(name.text)' in '\(prefix)'", at: name.range, label: "unknown",
                    help: options.guessesNames
                        ? Suggestion.help(for: name.text, among: continuations(of: names[..<known])) : nil))
        } else {
            if reportImpure(name.text, at: name.range) { return }
            report(
                .init(
                    .unknownName, "unknown name '\(name.text)'", at: name.range, label: "unknown",
                    help: options.guessesNames ? helpForName(name.text) : nil))
        }
    }

    private func helpForName(_ name: String) -> String? {
        let roots = locals.map(\.name) + continuations(of: [])
        // Of names as short as 'it' every function is a neighbour.
        if name.utf8.count > 2, Suggestion.closest(to: name, among: roots) == nil {
            if let function = Suggestion.closest(to: name, among: library.globalNames) { return "did you mean \(function)()?" }
        }
        return Suggestion.help(for: name, among: roots, there: "in sight")
    }

    /// Whether some declared variable's name goes on after these.
    private func isBeginning(_ names: ArraySlice<SyntaxNode.Name>) -> Bool {
        guard names.count < scope.longestName else { return false }
        if names.count == 1, let name = names.first { return scope.isNamespace(name.text) }
        let start = names.map { $0.text + "." }.joined()
        return scope.variables.contains { $0.name.utf8.starts(with: start.utf8) }
    }

    /// What may follow these names in declared variables, sorted, each once.
    private func continuations(of prefix: ArraySlice<SyntaxNode.Name>) -> [String] {
        let start = prefix.map { $0.text + "." }.joined()
        var found: Set<String> = []
        for variable in scope.variables where variable.name.utf8.starts(with: start.utf8) {
            let rest = variable.name.utf8.dropFirst(start.utf8.count)
            found.insert(String(decoding: rest.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self))
        }
        return found.sorted { $0.precedesByCodePoint($1) }
    }

    // MARK: Fields

    func inferSelection(_ selection: SyntaxNode.Selection, of operand: StaticType) -> StaticType {
        if selection.isTest {
            if case .optional(let wrapped) = operand {
                _ = fieldType(selection, of: wrapped.withoutNull)
            } else {
                _ = fieldType(selection, of: operand.withoutNull)
            }
            return .bool
        }
        if selection.isOptional {
            let type: StaticType
            if case .optional(let wrapped) = operand {
                type = fieldType(selection, of: wrapped.withoutNull)
            } else {
                type = fieldType(selection, of: operand.withoutNull)
            }
            return .optional(isWorkflow ? type.withoutNull : type)
        }
        if case .optional(let wrapped) = operand { return .optional(fieldType(selection, of: wrapped.withoutNull)) }
        if operand.mayBeNull {
            let text = text(of: selection.operand)
            report(
                .init(
                    .mayBeNull, "\(text.map { "'\($0)'" } ?? "this") may be null", at: selection.operand.range,
                    label: "may be null",
                    help: "test it before (\(text ?? "…") != null && …), or write \(text ?? "…").?\(selection.field.text)"))
            if operand == .null { return .error }
        }
        return fieldType(selection, of: operand.withoutNull)
    }

    private func fieldType(_ selection: SyntaxNode.Selection, of type: StaticType) -> StaticType {
        let name = selection.field
        switch type {
        case .any, .never: return .any
        case .error: return .error
        case .map(let key, let value):
            if !StaticType.string.isAssignable(to: key), key != .never {
                report(.init(.noOverload, "the keys of this map are \(key), not names", at: name.range, help: "write […]"))
            }
            return value == .never ? .any : value
        case .record(let record):
            if let field = record.field(name.text) { return field.readType }
            if record.isOpen, record.fields.isEmpty { return .any }
            report(
                .init(
                    .unknownField,
                    record.name.map { "'\($0)' has no field '\(name.text)'" } ?? "there is no field '\(name.text)'",
                    at: name.range, label: "unknown field",
                    help: options.guessesNames ? Suggestion.help(for: name.text, among: record.fields.map(\.name)) : nil))
            return .error
        default:
            report(
                .init(
                    .unknownField, "a value of type \(type) has no fields", at: name.range,
                    help: functionHelp(name.text)))
            return .error
        }
    }

    private func functionHelp(_ name: String) -> String? {
        if !library.member(name).isEmpty { return "it is a function: write \(name)()" }
        switch name {
        case "length", "count", "len": return "write size()"
        default: return nil
        }
    }

    func inferIndex(_ node: SyntaxNode, _ container: SyntaxNode, _ key: SyntaxNode, isOptional: Bool) -> StaticType {
        var type = check(container)
        let keyType = check(key)
        var yieldsOptional = isOptional
        if case .optional(let wrapped) = type {
            type = wrapped
            yieldsOptional = true
        }
        if type.mayBeNull, !yieldsOptional { reportNull(container) }
        let element = elementType(of: type.withoutNull, container, key, keyType)
        return yieldsOptional ? .optional(element) : element
    }

    private func elementType(
        of type: StaticType, _ container: SyntaxNode, _ key: SyntaxNode, _ keyType: StaticType
    ) -> StaticType {
        switch type {
        case .any, .never: return .any
        case .error, .null: return .error
        case .list(let element):
            if keyType.mayBeNull {
                reportNull(key)
            } else if ![.int, .any, .error].contains(keyType),
                !(keyType == .uint || keyType == .double) || options.checksTypes
            {
                report(.init(.noOverload, "an index of a list is an integer, found \(keyType)", at: key.range))
            }
            return element == .never ? .any : element
        case .map(let wanted, let value):
            checkKeyFits(keyType, wanted, key)
            return value == .never ? .any : value
        case .record(let record):
            checkKeyFits(keyType, .string, key)
            if case .literal(.string(let name)) = key.kind {
                let selection = SyntaxNode.Selection(operand: container, field: .init(text: name, range: key.range))
                return fieldType(selection, of: type)
            }
            if record.isOpen { return .any }
            return record.fields.reduce(.never) { $0.join($1.readType) }
        default:
            report(.init(.noOverload, "a value of type \(type) has no elements", at: container.range))
            return .error
        }
    }

    private func checkKeyFits(_ type: StaticType, _ wanted: StaticType, _ key: SyntaxNode) {
        if type.mayBeNull { return reportNull(key) }
        let isNumeric = [StaticType.int, .uint, .double].contains(type) && [.int, .uint].contains(wanted)
        if !type.isAssignable(to: wanted), wanted != .never, !isNumeric {
            report(.init(.noOverload, "the keys of this map are \(wanted), found \(type)", at: key.range))
        }
    }
}
