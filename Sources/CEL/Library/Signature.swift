import Values

/// The parameter and result types of one overload, read from text such as `list(T).slice(int, int) -> list(T)`.
struct Signature: Sendable {
    indirect enum Pattern: Sendable, Hashable {
        case any
        /// A type parameter; `N` is of numbers.
        case variable(Character)
        case exactly(StaticType)
        case list(Pattern)
        case map(Pattern, Pattern)
        case optional(Pattern)
        case nullable(Pattern)
    }

    let text: String
    /// With its namespace, without its receiver.
    let name: String
    let isMember: Bool
    /// The receiver first.
    let parameters: [Pattern]
    /// The last parameter may repeat, and stands at least once.
    let isVariadic: Bool
    let result: Pattern

    init(_ text: String) {
        var reader = SignatureReader(text)
        self.text = text
        var receiver: Pattern?
        if let pattern = reader.receiver() { receiver = pattern }
        name = reader.name()
        (parameters, isVariadic, result) = reader.rest(receiver)
        isMember = receiver != nil
    }

    func takes(count: Int) -> Bool { isVariadic ? count >= parameters.count : count == parameters.count }

    func parameter(_ index: Int) -> Pattern { parameters[min(index, parameters.count - 1)] }
}

/// Reads the notation of signatures, which only this module writes. Byte by byte: all of them are read when the first
/// expression is compiled.
private struct SignatureReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private mutating func skip(_ skipped: (UInt8) -> Bool) {
        while index < bytes.count, skipped(bytes[index]) { index += 1 }
    }

    private mutating func word() -> String {
        let start = index
        skip { isLetter($0) || isDigit($0) }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// `list(T).`; nil, and nothing read, when a namespace or the name comes first.
    mutating func receiver() -> Signature.Pattern? {
        let start = index
        if let pattern = pattern(), take(".") { return pattern }
        index = start
        return nil
    }

    mutating func name() -> String {
        var name = word()
        while take(".") { name += "." + word() }
        return name
    }

    mutating func rest(_ receiver: Signature.Pattern?) -> ([Signature.Pattern], Bool, Signature.Pattern) {
        var parameters = receiver.map { [$0] } ?? []
        var isVariadic = false
        _ = take("(")
        while !take(")"), let parameter = pattern() {
            parameters.append(parameter)
            isVariadic = take(".")
            skip { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
        }
        skip { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ">") }
        return (parameters, isVariadic, pattern() ?? .any)
    }

    private mutating func pattern() -> Signature.Pattern? {
        let start = index
        let word = word()
        var result = Self.simple[word]
        if result == nil, take("(") {
            if let inner = pattern() {
                switch word {
                case "list": result = .list(inner)
                case "optional": result = .optional(inner)
                case "map":
                    skip { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
                    result = pattern().map { .map(inner, $0) }
                default: break
                }
            }
            if !take(")") { result = nil }
        }
        guard let found = result else {
            index = start
            return nil
        }
        return take("?") ? .nullable(found) : found
    }

    private static let simple: [String: Signature.Pattern] = [
        "dyn": .any, "bool": .exactly(.bool), "int": .exactly(.int), "uint": .exactly(.uint), "double": .exactly(.double),
        "string": .exactly(.string), "bytes": .exactly(.bytes), "timestamp": .exactly(.timestamp),
        "duration": .exactly(.duration), "type": .exactly(.type), "null": .exactly(.null), "T": .variable("T"),
        "U": .variable("U"), "K": .variable("K"), "V": .variable("V"), "N": .variable("N"),
    ]
}

extension Signature {
    /// Whether values of these kinds may be given to it, as they are.
    func accepts(_ values: [Value]) -> Bool {
        guard takes(count: values.count) else { return false }
        for index in values.indices where !parameter(index).accepts(values[index]) { return false }
        return true
    }

    /// The values with ints made doubles where doubles are needed; nil when that does not help.
    func widening(_ values: [Value]) -> [Value]? {
        guard takes(count: values.count) else { return nil }
        var widened = values
        for index in values.indices where !parameter(index).accepts(values[index]) {
            guard case .int(let number) = values[index], parameter(index) == .exactly(.double) else { return nil }
            widened[index] = .double(Double(number))
        }
        return widened
    }
}

extension Signature: CustomStringConvertible {
    /// With the names authors know types by: `list(T).slice(integer, integer) -> list(T)`.
    var description: String {
        let receiver = isMember ? "\(parameters[0])." : ""
        let shown = parameters.dropFirst(isMember ? 1 : 0).map(\.description).joined(separator: ", ")
        return "\(receiver)\(name)(\(shown)\(isVariadic ? "…" : "")) -> \(result)"
    }
}

extension Signature.Pattern: CustomStringConvertible {
    var description: String {
        switch self {
        case .any: "any"
        case .variable(let name): String(name)
        case .exactly(let type): type.description
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .optional(let wrapped): "optional(\(wrapped))"
        case .nullable(let wrapped): "\(wrapped)?"
        }
    }
}

extension Signature.Pattern {
    /// By the outermost kind alone.
    func accepts(_ value: Value) -> Bool {
        switch (self, value) {
        case (.any, _), (.variable, _): true
        case (.nullable(let pattern), _): value.isNull || pattern.accepts(value)
        case (.list, .list), (.map, .map), (.optional, .optional): true
        case (.exactly(let type), _):
            switch (type, value) {
            case (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string), (.bytes, .bytes),
                (.timestamp, .timestamp), (.duration, .duration), (.type, .type), (.null, .null):
                true
            default: false
            }
        default: false
        }
    }
}

/// One implementation of a function for arguments of certain types.
struct Overload: Sendable {
    /// Throws `CallFailure`; the arguments have the kinds the signature names.
    typealias Body = @Sendable (_ arguments: [Value], _ run: Evaluation) throws -> Value

    let signature: Signature
    /// Not part of standard CEL or its extensions.
    let isWorkflowOnly: Bool
    let body: Body

    init(_ signature: String, isWorkflowOnly: Bool = false, _ body: @escaping Body) {
        self.signature = Signature(signature)
        self.isWorkflowOnly = isWorkflowOnly
        self.body = body
    }
}
