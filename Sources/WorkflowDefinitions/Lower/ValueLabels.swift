import Values

/// Where a value comes from and which secrets are in it: travels with the value beside its type (language.md §6.9,
/// guarantees.md §4).
///
/// What an author wrote, or an operator configured, has no origins: nobody else decides it.
struct ValueLabels: Sendable, Hashable {
    enum Origin: Sendable, Hashable {
        /// From outside, in words: `the workflow's input`.
        case data(String)
        /// An input of the action whose file this is: each caller decides.
        case parameter(String)
    }

    private(set) var origins: [Origin] = []
    /// Names of secrets.
    private(set) var secrets: [String] = []
    /// What is known of single fields; those that are not among them have the labels of the whole.
    private var fields: [String: ValueLabels] = [:]

    static let written = ValueLabels()

    static func data(_ origin: String) -> ValueLabels { ValueLabels(origins: [.data(origin)]) }
    static func parameter(_ name: String) -> ValueLabels { ValueLabels(origins: [.parameter(name)]) }
    static func secret(_ name: String) -> ValueLabels { ValueLabels(secrets: [name]) }

    init(origins: [Origin] = [], secrets: [String] = []) {
        self.origins = origins
        self.secrets = secrets
    }

    /// Of a value made of fields.
    init(fields: [(String, ValueLabels)]) {
        self.fields = Dictionary(fields, uniquingKeysWith: { first, _ in first })
    }

    var isSecret: Bool { !whole.secrets.isEmpty }

    /// Without what is known of single fields.
    var whole: ValueLabels {
        var whole = ValueLabels(origins: origins, secrets: secrets)
        for name in fields.keys.sorted() { whole.add(fields[name]?.whole ?? .written) }
        return whole
    }

    func field(_ name: String) -> ValueLabels { fields[name] ?? ValueLabels(origins: origins, secrets: secrets) }

    func at(_ path: some Sequence<String>) -> ValueLabels { path.reduce(self) { $0.field($1) } }

    /// Of a value that is this one or that one, or made of both.
    func joined(_ other: ValueLabels) -> ValueLabels {
        var joined = ValueLabels(origins: origins, secrets: secrets)
        joined.add(other)
        for name in Set(fields.keys).union(other.fields.keys) {
            joined.fields[name] = field(name).joined(other.field(name))
        }
        return joined
    }

    /// The labels of a callee's value, seen from a call that passes these; what comes from outside has come with the answer.
    func passing(_ arguments: ValueLabels, answer: Origin) -> ValueLabels {
        var passed = ValueLabels()
        for origin in origins {
            switch origin {
            case .data: passed.add(ValueLabels(origins: [answer]))
            case .parameter(let name): passed.add(ValueLabels(origins: arguments.field(name).whole.origins))
            }
        }
        for (name, labels) in fields { passed.fields[name] = labels.passing(arguments, answer: answer) }
        return passed
    }

    /// What of it is not secret: where a secret was refused, and what came of it shall not be refused again.
    var withoutSecrets: ValueLabels {
        var labels = ValueLabels(origins: origins)
        for (name, field) in fields { labels.fields[name] = field.withoutSecrets }
        return labels
    }

    /// Own labels only.
    private mutating func add(_ other: ValueLabels) {
        for origin in other.origins where !origins.contains(origin) { origins.append(origin) }
        for secret in other.secrets where !secrets.contains(secret) { secrets.append(secret) }
    }
}

extension ValueLabels {
    private static let deepest = 6

    /// Of an input of an action: what its caller passes, secret where the type says so.
    static func parameter(_ name: String, _ type: DeclaredType) -> ValueLabels {
        secrets(in: type, named: name, depth: 0).joined(.parameter(name))
    }

    private static func secrets(in type: DeclaredType, named name: String, depth: Int) -> ValueLabels {
        guard type.holdsSecrets else { return .written }
        guard depth < deepest, let fields = type.fields else { return .secret(name) }
        return ValueLabels(fields: fields.map { ($0.field.name, secrets(in: $0.type, named: $0.field.name, depth: depth + 1)) })
    }
}

/// A value as a text from its beginning to its end, with the labels of each piece.
enum LabelledPiece: Sendable {
    case text(String)
    case value(ValueLabels)
}

extension [LabelledPiece] {
    /// The labels of the host of this URL: of everything up to where the host must have ended.
    var hostLabels: ValueLabels {
        var labels = ValueLabels.written
        var isPastScheme = false
        for piece in self {
            switch piece {
            case .value(let value):
                labels = labels.joined(value.whole)
                isPastScheme = true
            case .text(let text):
                var rest = ArraySlice(text.utf8)
                if let start = Self.afterScheme(rest) {
                    rest = rest[start...]
                    isPastScheme = true
                }
                if isPastScheme, rest.contains(where: { "/?#\\".utf8.contains($0) }) { return labels }
            }
        }
        return labels
    }

    /// Behind the first `://`, if nothing before it ends a host.
    private static func afterScheme(_ text: ArraySlice<UInt8>) -> Int? {
        guard let colon = text.firstIndex(where: { "/?#:".utf8.contains($0) }), text[colon...].starts(with: "://".utf8) else {
            return nil
        }
        return colon + 3
    }
}
