import Values

extension Checker {
    func inferCall(
        _ node: SyntaxNode, _ name: SyntaxNode.Name, _ target: SyntaxNode?, _ arguments: [SyntaxNode]
    ) -> StaticType {
        guard let target else {
            let declared = options.declaredFunctions.map {
                Overload($0) { _, _ in throw CallFailure("this function is only declared") }
            }
            let overloads = library.global(name.text) + declared.filter { $0.signature.name == name.text }
            return resolve(node, name, overloads, arguments, receiver: nil)
        }
        if target.isNameChain, !hasLocalRoot(target), let qualified = qualifiedFunction(target, name) {
            return resolve(node, qualified, library.global(qualified.text), arguments, receiver: nil)
        }
        return resolve(node, name, library.member(name.text), arguments, receiver: target)
    }

    /// `math.abs` of `math.abs(x)`, unless `math` is a variable.
    private func qualifiedFunction(_ target: SyntaxNode, _ name: SyntaxNode.Name) -> SyntaxNode.Name? {
        let links = chain(target).map(\.name)
        guard let root = links.first, scope.variable(root.text) == nil, library.namespaces.contains(root.text) else {
            return nil
        }
        let text = (links.map(\.text) + [name.text]).joined(separator: ".")
        // `list` and `optional` name types and namespaces both, `type.f()` is nothing.
        if library.global(text).isEmpty, Self.typeNames[root.text] != nil { return nil }
        return SyntaxNode.Name(text: text, range: name.range)
    }

    private func resolve(
        _ node: SyntaxNode, _ name: SyntaxNode.Name, _ named: [Overload], _ arguments: [SyntaxNode], receiver: SyntaxNode?
    ) -> StaticType {
        if named.isEmpty, receiver == nil ? name.text == "has" : Self.macros.contains(name.text) {
            return misusedMacro(name, arguments.count)
        }
        if named.isEmpty, let receiver, reportImpure(call: name, of: receiver) { return .error }
        let given = (receiver.map { [$0] } ?? []) + arguments
        let types = given.map { check($0) }
        let named = named.filter { isWorkflow || !$0.isWorkflowOnly }
        if named.isEmpty {
            reportUnknown(name, isMember: receiver != nil, types)
            return .error
        }
        let candidates = named.filter { $0.signature.takes(count: given.count) }
        if candidates.isEmpty {
            let counts = Set(named.map { $0.signature.parameters.count - (receiver == nil ? 0 : 1) }).sorted()
            report(
                .init(
                    .unknownFunction, "\(name.text)() takes \(Self.argumentCount(counts)), found \(arguments.count)",
                    at: name.range, help: Self.signatures(named)))
            return .error
        }
        references[node.id] = .function(name.text, candidates, hasReceiver: receiver != nil)
        if types.contains(.error) { return .error }
        return refined(result(of: candidates, name, given, types), name.text, given, types)
    }

    /// What is known better than a signature can say.
    private func refined(
        _ result: StaticType, _ name: String, _ given: [SyntaxNode], _ types: [StaticType]
    ) -> StaticType {
        guard isWorkflow, types.count == 2 else { return result }
        switch (name, types[0].withoutNull, types[1]) {
        case ("merge", .record(let base), .record(let changes)): return .record(base.merging(changes))
        case ("orValue", .optional(let type), _) where !type.mayBeNull: return joinTexts((given[0], type), (given[1], types[1]))
        case ("orValue", let type, _) where result != .any: return joinTexts((given[0], type), (given[1], types[1]))
        default: return result
        }
    }

    private func result(
        of candidates: [Overload], _ name: SyntaxNode.Name, _ given: [SyntaxNode], _ types: [StaticType]
    ) -> StaticType {
        for widens in isWorkflow ? [false, true] : [false] {
            var matches: [OverloadMatch] = []
            for candidate in candidates {
                guard
                    let match = OverloadMatch(
                        candidate.signature, types, widens: widens, isStrict: !isWorkflow, join: join)
                else { continue }
                matches.append(match)
                if match.isExact { break }
            }
            guard let first = matches.first else { continue }
            if let index = matches.compactMap(\.nullArgument).first, matches.allSatisfy({ $0.nullArgument != nil }) {
                reportNull(given[index])
            }
            if first.isExact { return first.result }
            return matches.dropFirst().allSatisfy { $0.result == first.result } ? first.result : .any
        }
        let isMember = candidates[0].signature.isMember
        let shown = (isMember ? types.dropFirst() : types[...]).map(\.description).joined(separator: ", ")
        let receiver = isMember ? "\(types[0])." : ""
        report(
            .init(
                .noOverload, "no \(receiver)\(name.text)(\(shown))", at: name.range, label: "no overload for these types",
                help: Self.signatures(candidates)))
        return .error
    }

    // MARK: Mistakes

    private static func signatures(_ overloads: [Overload]) -> String {
        "there is \(overloads.prefix(5).map(\.signature.description).joined(separator: "; "))\(overloads.count > 5 ? "; …" : "")"
    }

    private static func argumentCount(_ counts: [Int]) -> String {
        let shown = counts.map(String.init).joined(separator: " or ")
        return counts == [1] ? "1 argument" : "\(shown) arguments"
    }

    static let macros = [
        "all", "exists", "existsOne", "exists_one", "filter", "map", "transformList", "transformMap", "transformMapEntry",
        "sortBy", "groupBy", "toMap", "optMap", "optFlatMap",
    ]

    /// A macro's name with other arguments than the macro takes. They may hold its variables, so they are not looked at.
    private func misusedMacro(_ name: SyntaxNode.Name, _ count: Int) -> StaticType {
        let isPresence = name.text == "has"
        report(
            .init(
                .unknownFunction,
                isPresence
                    ? "has() takes 1 argument, found \(count)" : "\(name.text)() needs a variable and what to do with it",
                at: name.range, help: isPresence ? "as in has(order.note)" : "as in items.\(name.text)(item, …)"))
        return .error
    }

    private func reportUnknown(_ name: SyntaxNode.Name, isMember: Bool, _ types: [StaticType]) {
        if !isMember, reportImpure(name.text, at: name.range) { return }
        report(
            .init(
                .unknownFunction, "unknown function '\(name.text)'", at: name.range, label: "unknown",
                help: help(for: name.text, isMember: isMember)))
    }

    private func help(for name: String, isMember: Bool) -> String? {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        switch last.lowercased() {
        case "length", "len", "count": return "write size()"
        case "tolowercase", "lower", "lowercase", "tolower": return "write lowerAscii()"
        case "touppercase", "upper", "uppercase", "toupper": return "write upperAscii()"
        case "includes" where isMember: return "write contains() of a text, or item in list"
        case "contains" where !isMember: return "write text.contains(part), or item in list"
        case "tostring", "str": return "write string(…)"
        case "parseint", "toint", "number": return "write int(…) or double(…)"
        default: break
        }
        if isMember, !library.global(name).isEmpty { return "call it as \(name)(…)" }
        if !isMember, !library.member(name).isEmpty { return "call it as value.\(name)(…)" }
        guard options.guessesNames else { return nil }
        let known = isMember ? library.memberNames + Self.macros : library.globalNames
        return Suggestion.closest(to: name, among: known).map { "did you mean \($0)()?" }
    }
}

/// Whether and how arguments of these types fit one signature.
struct OverloadMatch {
    let result: StaticType
    /// Nothing about the arguments was left open.
    let isExact: Bool
    /// An argument that fits but for null.
    let nullArgument: Int?

    init?(
        _ signature: Signature, _ types: [StaticType], widens: Bool, isStrict: Bool,
        join: @escaping (StaticType, StaticType) -> StaticType
    ) {
        var matcher = Matcher(widens: widens, isStrict: isStrict, join: join)
        var nullArgument: Int?
        for (index, type) in types.enumerated() {
            let pattern = signature.parameter(index)
            if matcher.match(pattern, type) { continue }
            guard case .nullable(let wrapped) = type, matcher.match(pattern, wrapped) else { return nil }
            nullArgument = nullArgument ?? index
        }
        let type = matcher.type(of: signature.result)
        result = type == .never ? .any : type
        isExact = matcher.isExact && nullArgument == nil
        self.nullArgument = nullArgument
    }

    private struct Matcher {
        let widens: Bool
        /// One type parameter, one type: otherwise the types given are joined.
        let isStrict: Bool
        let join: (StaticType, StaticType) -> StaticType
        var bindings: [Character: StaticType] = [:]
        var isExact = true

        mutating func match(_ pattern: Signature.Pattern, _ type: StaticType) -> Bool {
            switch pattern {
            case .any: return true
            case .variable(let name):
                let bound = bindings[name] ?? .never
                if name == "N" {
                    guard type.isNumber || type.isDynamic || type == .never else { return false }
                } else if isStrict, !bound.unifies(with: type) {
                    return false
                }
                bindings[name] = join(bound, type)
                return true
            case .nullable(let wrapped): return type == .null || match(wrapped, type.withoutNull)
            case .exactly(let wanted):
                if type.isDynamic || type == .never { return open() }
                let type = type.asText == .secret ? .string : type.asText
                return type == wanted || widens && type == .int && wanted == .double
            case .list(let element):
                if type.isDynamic || type == .never { return open(element) }
                guard case .list(let given) = type else { return false }
                return match(element, given)
            case .map(let key, let value):
                if type.isDynamic || type == .never { return open(key, value) }
                switch type {
                case .map(let givenKey, let givenValue): return match(key, givenKey) && match(value, givenValue)
                case .record(let record):
                    let values = record.fields.reduce(StaticType.never) { join($0, $1.readType) }
                    return match(key, .string) && match(value, record.isOpen ? .any : values)
                default: return false
                }
            case .optional(let wrapped):
                if type.isDynamic || type == .never { return open(wrapped) }
                guard case .optional(let given) = type else { return false }
                return match(wrapped, given)
            }
        }

        /// A part of which nothing is known fits; so does everything inside it.
        private mutating func open(_ patterns: Signature.Pattern...) -> Bool {
            for pattern in patterns { _ = match(pattern, .any) }
            isExact = false
            return true
        }

        func type(of pattern: Signature.Pattern) -> StaticType {
            switch pattern {
            case .any: .any
            case .variable(let name): bindings[name] ?? .never
            case .exactly(let type): type
            case .list(let element): .list(type(of: element))
            case .map(let key, let value): .map(key: type(of: key), value: type(of: value))
            case .optional(let wrapped): .optional(type(of: wrapped))
            case .nullable(let wrapped): type(of: wrapped).orNull
            }
        }
    }
}
