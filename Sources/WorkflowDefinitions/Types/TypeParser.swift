import Diagnostics
import Values
import YAMLSyntax

/// Reads types: `list(string)?`, field maps, JSON Schema documents (language.md §7).
struct TypeParser {
    /// The named types in sight, for telling a name from a misspelling.
    let knownNames: Set<String>
    private(set) var diagnostics = DiagnosticCollector()

    static let bases: [(name: String, form: TypeForm)] = [
        ("any", .any), ("boolean", .boolean), ("duration", .duration), ("email", .text(.email)), ("integer", .integer),
        ("null", .null), ("number", .number), ("object", .object), ("secret", .text(.secret)), ("string", .text(.string)),
        ("timestamp", .timestamp), ("uri", .text(.uri)), ("uuid", .text(.uuid)),
    ]
    private static let otherSpellings = [
        "int": "integer", "bool": "boolean", "str": "string", "float": "number", "double": "number", "url": "uri",
        "datetime": "timestamp",
        "date": "timestamp", "array": "list(any)", "list": "list(any)", "map": "map(any)", "dict": "map(any)",
        "String": "string",
    ]

    init(knownNames: Set<String>) { self.knownNames = knownNames }

    mutating func type(_ node: YAMLNode) -> TypeForm {
        switch node.content {
        case .scalar(let scalar): return field(scalar).type
        case .mapping(let pairs):
            if pairs.contains(where: { $0.key.text == "$schema" }) { return schemaDocument(node) }
            return record(pairs)
        case .sequence:
            diagnostics.report(
                .wrongKind("a type", expected: "a name or a mapping of fields", found: node, shape: "list(string)"))
            return .invalid
        }
    }

    /// `config` and the root of `input`: always fields.
    mutating func record(_ pairs: [YAMLPair]) -> TypeForm {
        var fields: [TypeForm.Field] = []
        for pair in pairs {
            if case .scalar(let scalar) = pair.value.content {
                let (form, defaultValue) = field(scalar)
                fields.append(TypeForm.Field(name: pair.key.text, type: form, defaultValue: defaultValue))
            } else {
                fields.append(TypeForm.Field(name: pair.key.text, type: type(pair.value)))
            }
        }
        return .record(fields)
    }

    /// The string form, with its default.
    mutating func field(_ scalar: YAMLScalar) -> (type: TypeForm, defaultValue: Value?) {
        var reader = TypeReader(scalar.text)
        switch reader.type() {
        case .failure(let problem):
            diagnostics.report(.badType(problem, in: scalar))
            return (.invalid, nil)
        case .success(let read):
            guard let form = checked(read.form, in: scalar, positions: read.names) else { return (.invalid, nil) }
            guard let text = read.defaultText else { return (form, nil) }
            let value = Self.defaultValue(text.text, for: form)
            if let value, Self.fits(value, form) { return (form, value) }
            diagnostics.report(.unfitDefault(text.text, of: read.shown, at: scalar.sourceRange(ofText: text.range)))
            return (form, nil)
        }
    }

    /// The type when all its names are known.
    private mutating func checked(
        _ form: TypeForm, in scalar: YAMLScalar, positions: [(name: String, range: Range<Int>)]
    ) -> TypeForm? {
        var isKnown = true
        for (name, range) in positions where !knownNames.contains(name) {
            isKnown = false
            let candidates = Self.bases.map(\.name) + knownNames.sorted { $0.precedesByCodePoint($1) }
            let guess = Self.otherSpellings[name] ?? closestMatch(to: name, among: candidates)
            diagnostics.report(.unknownType(name, guess: guess, known: candidates, at: scalar.sourceRange(ofText: range)))
        }
        return isKnown ? form : nil
    }

    private mutating func schemaDocument(_ node: YAMLNode) -> TypeForm {
        switch node.untypedValue() {
        case .failure(let problem):
            diagnostics.report(problem.diagnostic)
            return .invalid
        case .success(let document):
            return .schema(document, approximation: SchemaTyping(document: document).form)
        }
    }

    // MARK: Defaults

    /// A JSON scalar, a bare word, `[]` or `{}`.
    private static func defaultValue(_ text: String, for form: TypeForm) -> Value? {
        if text == "[]" { return .list([]) }
        if text == "{}" { return .map(ValueMap()) }
        switch form {
        case .nullable(let wrapped): return text == "null" ? .null : defaultValue(text, for: wrapped)
        case .text, .timestamp, .duration, .enumeration:
            if text.utf8.first == UInt8(ascii: "\"") { return try? JSON.parse(text) }
            return .string(text)
        default: return (try? JSON.parse(text)) ?? .string(text)
        }
    }

    private static func fits(_ value: Value, _ form: TypeForm) -> Bool {
        switch (form, value) {
        case (.any, _), (.invalid, _), (.null, .null), (.boolean, .bool), (.integer, .int), (.number, .int), (.number, .double),
            (.text, .string), (.object, .map), (.list, .list), (.map, .map), (.record, .map), (.named, _), (.schema, _):
            true
        case (.nullable(let wrapped), _): value.isNull || fits(value, wrapped)
        case (.enumeration(let members), .string(let text)): members.contains { $0.hasSameCodePoints(as: text) }
        case (.timestamp, .string(let text)): Timestamp(rfc3339: text) != nil
        case (.duration, .string(let text)): TimeSpan(durationLiteral: text) != nil
        default: false
        }
    }
}

/// Reads the string form of a type. Positions are bytes of the text.
struct TypeReader {
    struct Problem: Error {
        enum Kind {
            case expected(String)
            case unknownConstructor(String)
            /// `T[]`.
            case brackets(String)
            case trailing
            case emptyEnumeration
            case tooDeep
        }

        var kind: Kind
        var range: Range<Int>
    }

    struct Read {
        var form: TypeForm
        var names: [(name: String, range: Range<Int>)]
        var defaultText: (text: String, range: Range<Int>)?
        /// The type without its default, as written.
        var shown: String
    }

    private let bytes: [UInt8]
    private var index = 0
    private var names: [(name: String, range: Range<Int>)] = []

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func type() -> Result<Read, Problem> {
        do throws(Problem) {
            let form = try nullable(depth: 0)
            var shownEnd = index
            while shownEnd > 0, isSpace(bytes[shownEnd - 1]) { shownEnd -= 1 }
            let shown = text(0..<shownEnd)
            skipSpace()
            if take("=") {
                skipSpace()
                var end = bytes.count
                while end > index, isSpace(bytes[end - 1]) { end -= 1 }
                guard end > index else { throw problem(.expected("a default after '='")) }
                return .success(Read(form: form, names: names, defaultText: (text(index..<end), index..<end), shown: shown))
            }
            guard index == bytes.count else { throw Problem(kind: .trailing, range: index..<bytes.count) }
            return .success(Read(form: form, names: names, defaultText: nil, shown: shown))
        } catch {
            return .failure(error)
        }
    }

    private mutating func nullable(depth: Int) throws(Problem) -> TypeForm {
        guard depth < 32 else { throw problem(.tooDeep) }
        let form = try base(depth: depth)
        skipSpace()
        guard take("?") else { return form }
        if case .any = form { return .nullable(.any) }
        return .nullable(form)
    }

    private mutating func base(depth: Int) throws(Problem) -> TypeForm {
        skipSpace()
        let start = index
        while index < bytes.count, isWord(bytes[index]) { index += 1 }
        guard index > start else { throw problem(.expected("a type")) }
        let name = text(start..<index)
        let end = index
        if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "["), bytes[index + 1] == UInt8(ascii: "]") {
            throw Problem(kind: .brackets(name), range: start..<index + 2)
        }
        guard take("(") else { return named(name, start..<end) }
        let form: TypeForm
        switch name {
        case "list": form = .list(try nullable(depth: depth + 1))
        case "map": form = .map(try nullable(depth: depth + 1))
        case "enum": form = .enumeration(try members())
        default: throw Problem(kind: .unknownConstructor(name), range: start..<end)
        }
        skipSpace()
        guard take(")") else { throw problem(.expected("')'")) }
        return form
    }

    private mutating func named(_ name: String, _ range: Range<Int>) -> TypeForm {
        if let known = TypeParser.bases.first(where: { $0.name == name }) { return known.form }
        names.append((name, range))
        return .named(name)
    }

    private mutating func members() throws(Problem) -> [String] {
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: ")") { index += 1 }
        let members = bytes[start..<index].split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map { part in
            let trimmed = part.drop(while: isSpace)
            return String(
                decoding: trimmed.prefix(trimmed.count - trimmed.reversed().prefix(while: isSpace).count), as: UTF8.self)
        }
        guard members.allSatisfy({ !$0.isEmpty }) else { throw Problem(kind: .emptyEnumeration, range: start..<index) }
        return members
    }

    // MARK: Bytes

    private func problem(_ kind: Problem.Kind) -> Problem { Problem(kind: kind, range: index..<min(index + 1, bytes.count)) }
    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    private mutating func skipSpace() {
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}
