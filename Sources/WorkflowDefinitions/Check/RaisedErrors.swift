import Diagnostics

/// The codes of errors that steps may raise: never fewer than there are.
struct RaisedErrors {
    /// Codes and patterns with `*` at the end, each once, in the order they were found.
    private(set) var patterns: [String] = RaisedErrors.everywhere
    /// An error is raised again, whatever it is.
    private(set) var isAnything = false
    private let project: Project
    private var visited: Set<String> = []

    /// Any expression may fail, any value be of another form than declared, any limit be reached, anything be missing where
    /// the definition runs.
    private static let everywhere = ["schema", "expression", "interrupted", "limit.*", "secret.missing", "action.unknown"]

    init(of list: StepList, in project: Project) {
        self.project = project
        add(list)
    }

    /// By the verb and the modifiers inside `catch`.
    init(inside step: Step, in project: Project) {
        self.project = project
        add(body: step)
    }

    func mayBe(_ pattern: String) -> Bool { isAnything || patterns.contains { ErrorCodes.overlap($0, pattern) } }

    /// Codes worth naming to an author.
    var known: [String] { patterns.filter { !Self.everywhere.contains($0) } }

    private mutating func add(_ pattern: String) {
        if !patterns.contains(where: { $0.utf8.elementsEqual(pattern.utf8) }) { patterns.append(pattern) }
    }

    private mutating func add(_ list: StepList) {
        for step in list.steps {
            add(body: step)
            for clause in step.modifiers.catches?.clauses ?? [] { clause.steps.map { add($0) } }
        }
    }

    private mutating func add(body step: Step) {
        if step.modifiers.timeout != nil || step.modifiers.retry?.timeout != nil { add("timeout") }
        switch step.verb {
        case .call(let action, _): add(action: action.value)
        case .invoke: add("workflow.*")
        case .steps(let list), .parallel(let list), .choice(let list): add(list)
        case .fail(let fail): add(fail.code.value)
        case .raise, .invalid: isAnything = true
        case .wait, .sleep, .emit, .bindings, .return, .continueAsNew: break
        }
    }

    private mutating func add(action name: String) {
        guard let signature = project.names.actions[name] else {
            isAnything = true
            return
        }
        for error in signature.errors { add(error.pattern) }
        guard visited.insert(name).inserted, let position = project.actionPositions[name] else { return }
        for (kind, list) in project.files[position].definition.lists where kind != .finally { add(list) }
    }
}

/// What error codes with `*` at their end have to do with each other.
enum ErrorCodes {
    /// Some code is meant by both.
    static func overlap(_ a: String, _ b: String) -> Bool { covers(a, b) || covers(b, a) }

    /// Every code meant by `inner` is meant by `outer`.
    static func covers(_ outer: String, _ inner: String) -> Bool {
        guard outer.utf8.last == UInt8(ascii: "*") else { return outer.utf8.elementsEqual(inner.utf8) }
        let stem = outer.utf8.dropLast()
        let body = inner.utf8.last == UInt8(ascii: "*") ? inner.utf8.dropLast() : inner.utf8[...]
        return body.starts(with: stem)
    }
}
