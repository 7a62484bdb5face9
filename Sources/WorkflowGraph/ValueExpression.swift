package import CEL
package import Mustache
package import Values

/// A value of a definition that may have expressions in it: `Expr<T>` of language.md.
package indirect enum ValueExpression: Sendable {
    case constant(Value)
    case expression(CompiledExpression)
    case template([TemplatePart])
    /// A template in a place of type `uri`: a part of type `uri` that begins it stands as it is, all other expressions are
    /// percent-encoded.
    case uri([TemplatePart])
    case list([ValueExpression])
    case map([Member])
    /// A template filled with data, where the data is evaluated: what it renders to is what is stored.
    case mustache(MustacheTemplate, data: ValueExpression, escaping: MustacheEscaping)

    package enum TemplatePart: Sendable {
        case text(String)
        /// `isURI`: its static type is `uri`.
        case expression(CompiledExpression, isURI: Bool)
    }

    package struct Member: Sendable {
        package var name: String
        package var value: ValueExpression

        package init(name: String, value: ValueExpression) {
            self.name = name
            self.value = value
        }
    }

    package func evaluate(_ variables: some SlotSource) throws(EvaluationFailure) -> Value {
        switch self {
        case .constant(let value): return value
        case .expression(let expression): return try expression.evaluate(variables).unwrappingOptional
        case .template(let parts): return .string(try Self.text(of: parts, variables, encodesURI: false))
        case .uri(let parts): return .string(try Self.text(of: parts, variables, encodesURI: true))
        case .list(let items):
            var values: [Value] = []
            for item in items { values.append(try item.evaluate(variables)) }
            return .list(values)
        case .map(let members):
            var entries: [(MapKey, Value)] = []
            for member in members { entries.append((.string(member.name), try member.value.evaluate(variables))) }
            return .map(ValueMap(entries))
        case .mustache(let template, let data, let escaping):
            return .string(try Self.text(of: template, data: try data.evaluate(variables), escaping))
        }
    }

    private static func text(
        of template: MustacheTemplate, data: Value, _ escaping: MustacheEscaping
    ) throws(EvaluationFailure) -> String {
        do throws(MustacheFailure) {
            return try template.text(of: data, escaping: escaping)
        } catch {
            switch error {
            case .noText(let name, let kind):
                throw EvaluationFailure(
                    kind: .expression, message: "'\(name)' of the template is \(kind), which cannot stand in a text",
                    range: 0..<0)
            case .tooLarge:
                throw EvaluationFailure(kind: .limit, message: "the filled template is too large", range: 0..<0)
            }
        }
    }

    /// The slots it reads, for finding out where secrets go.
    package var slots: [Int] {
        switch self {
        case .constant: []
        case .expression(let expression): expression.slots
        case .template(let parts), .uri(let parts):
            parts.flatMap { part -> [Int] in
                if case .expression(let expression, _) = part { expression.slots } else { [] }
            }
        case .list(let items): items.flatMap(\.slots)
        case .map(let members): members.flatMap(\.value.slots)
        case .mustache(_, let data, _): data.slots
        }
    }

    private static func text(
        of parts: [TemplatePart], _ variables: some SlotSource, encodesURI: Bool
    ) throws(EvaluationFailure) -> String {
        var text = ""
        for (index, part) in parts.enumerated() {
            switch part {
            case .text(let literal): text += literal
            case .expression(let expression, let isURI):
                let value = try expression.evaluate(variables).unwrappingOptional
                guard let piece = templateText(of: value) else {
                    throw EvaluationFailure(
                        kind: .expression,
                        message: "'\(expression.source)' is \(value.kindName), which cannot stand in a text",
                        range: 0..<expression.source.utf8.count)
                }
                text += encodesURI && !(isURI && index == 0) ? percentEncoded(piece) : piece
            }
        }
        return text
    }

    /// What a value looks like inside a template; nil for kinds that cannot stand there.
    package static func templateText(of value: Value) -> String? {
        switch value {
        case .string(let text): text
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .double, .bool: JSON.text(value)
        case .timestamp(let instant): instant.description
        case .duration(let span): span.description
        case .null, .bytes, .list, .map, .type, .optional: nil
        }
    }

    /// RFC 3986 §2.3: every byte but the unreserved characters as `%XX`.
    package static func percentEncoded(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(contentsOf: Array(Hex.encode(CollectionOfOne(byte)).uppercased().utf8))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension Value {
    /// An optional in a place of type `T?` becomes its value or null.
    package var unwrappingOptional: Value {
        if case .optional(let wrapped) = self { wrapped?.unwrappingOptional ?? .null } else { self }
    }
}
