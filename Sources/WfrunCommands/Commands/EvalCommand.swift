import ArgumentParser
import CEL
import Diagnostics
import Values
import WorkflowDefinitions

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluate an expression: a scratch pad.",
        discussion: """
            The value is printed as JSON. Variables have no types, so they are checked when \
            the expression runs.

            Examples:
              wfrun eval '[1, 2, 3].map(n, n * n).sum()'
              wfrun eval 'input.total > 100' --vars '{"input": {"total": 120}}'
              wfrun eval 'input.name.upperAscii()' --vars @vars.json
              wfrun eval 'duration("1d12h")' --typed     # {"type":"duration",...}
              wfrun eval '[1, 2].map(n, string(n))' --type          # list(string)
              wfrun eval -- '-1 + 2'                   # begins with a '-'
              wfrun eval --jsonl < requests.jsonl

            With --jsonl every line of standard input is one {"id","expr","vars"} and gets \
            one line {"id","value"}, or {"id","error":{"code","message","offset"}}; offsets \
            are bytes of the expression.

            Exit codes: 0 it has a value (with --jsonl: all lines were answered), 1 it has \
            a mistake or fails.
            """)

    @Argument(help: "The expression, with or without ${{ }} around it.")
    var expression: String?

    @Option(help: ArgumentHelp("Variables as a JSON object, or '@FILE' for a file.", valueName: "json"))
    var vars: String?

    @Flag(help: "Print the expression's type instead of its value.")
    var type = false

    @Flag(help: "Answer the lines of standard input.")
    var jsonl = false

    @Flag(help: "Keep ints, doubles, bytes, timestamps and durations apart: {\"type\",\"value\"}, in variables too.")
    var typed = false

    @Flag(help: "Plain CEL, without the language's additions (ints do not become doubles by themselves).")
    var standard = false

    func validate() throws {
        if jsonl {
            if expression != nil { throw ValidationError("With '--jsonl' the expressions come from standard input.") }
        } else if expression == nil {
            throw ValidationError("Give an expression, or '--jsonl'.")
        }
    }

    func run() throws {
        let evaluator = ExpressionEvaluator(isTyped: typed, isStandard: standard, wantsType: type)
        let common = try vars.map { try JSONArgument.object($0, what: "The variables") } ?? [:]
        if jsonl { return try answerLines(evaluator, common) }
        try answer(evaluator, common)
    }

    private func answer(_ evaluator: ExpressionEvaluator, _ variables: ValueMap) throws(CommandFailure) {
        let console = Surroundings.current.console
        let source = Self.unwrapped(expression ?? "")
        do throws(ExpressionEvaluator.Trouble) {
            let found = try evaluator.evaluate(source, variables)
            report(found.warnings, in: source, console)
            console.answer(typed ? JSON.text(found.value) : type ? found.value.stringValue ?? "" : JSON.prettyText(found.value))
        } catch {
            switch error {
            case .problems(let problems): report(problems, in: source, console)
            case .failure(let failure):
                let file = SourceFile(path: "<expression>", text: source)
                let diagnostic = Diagnostic(
                    DiagnosticCode(3113), .error, failure.message, at: SourceRange(file: file, bytes: failure.range),
                    label: "fails here")
                console.talk(TextRenderer(isColored: console.colorsErrors).render([diagnostic]))
            case .malformedVariables(let message): throw CommandFailure(.usage, "The variables are not right: \(message).")
            case .noJSON(let obstacle):
                throw CommandFailure(.bad, "The value cannot be written as JSON: \(obstacle).", hint: "'--typed' can show it.")
            }
            throw CommandFailure(.bad)
        }
    }

    private func report(_ problems: [ExpressionProblem], in source: String, _ console: Console) {
        if problems.isEmpty { return }
        let file = SourceFile(path: "<expression>", text: source)
        let diagnostics = problems.map { problem in
            Diagnostic(
                problem.kind.code, problem.isError ? .error : .warning, problem.message,
                at: SourceRange(file: file, bytes: problem.range), label: problem.label, help: problem.help)
        }
        console.talk(TextRenderer(isColored: console.colorsErrors).render(diagnostics))
    }

    private func answerLines(_ evaluator: ExpressionEvaluator, _ common: ValueMap) throws(CommandFailure) {
        try JSONLines.answer { (request) throws(JSONLines.Refusal) in
            let source = try request.text("expr")
            var variables = common
            switch request["vars"] {
            case nil, .null?: break
            case .map(let own)?: for entry in own { variables[entry.key] = entry.value }
            case let other?: throw .malformed("'vars' must be an object, not \(other.kindName)")
            }
            do throws(ExpressionEvaluator.Trouble) {
                return [(type ? "type" : "value", try evaluator.evaluate(source, variables).value)]
            } catch {
                throw error.refusal
            }
        }
    }

    /// The expression of `${{ … }}`, as authors copy it from a definition.
    static func unwrapped(_ text: String) -> String {
        guard text.hasPrefix("${{"), text.hasSuffix("}}"), text.utf8.count >= 5 else { return text }
        return String(text.dropFirst(3).dropLast(2))
    }
}

/// Evaluates expressions whose variables have no types.
struct ExpressionEvaluator {
    enum Trouble: Error {
        case problems([ExpressionProblem])
        case failure(EvaluationFailure)
        case malformedVariables(String)
        case noJSON(String)

        var refusal: JSONLines.Refusal {
            switch self {
            case .problems(let problems):
                let first = problems.first(where: \.isError) ?? problems[0]
                return .init(code: first.kind.code.description, message: first.message, offset: first.range.lowerBound)
            case .failure(let failure):
                return .init(code: failure.kind.code, message: failure.message, offset: failure.range.lowerBound)
            case .malformedVariables(let message): return .malformed(message)
            case .noJSON(let obstacle):
                return .init(code: "expression", message: "the value cannot be written as JSON: \(obstacle)", offset: 0)
            }
        }
    }

    private let isTyped: Bool
    private let wantsType: Bool
    private let options: ExpressionOptions

    init(isTyped: Bool, isStandard: Bool, wantsType: Bool) {
        self.isTyped = isTyped
        self.wantsType = wantsType
        // What is wanted is the value: `false && 1 / 0 > 2` has one.
        options = ExpressionOptions(
            dialect: isStandard ? .standard : .workflow, timeZones: SystemTimeZones(), refusesFailingConstants: false)
    }

    /// The value as it is to be written, or the name of its type.
    func evaluate(_ source: String, _ variables: ValueMap) throws(Trouble) -> (value: Value, warnings: [ExpressionProblem]) {
        var names: [ScopedVariable] = []
        var values: [Value] = []
        for entry in variables {
            guard case .string(let name) = entry.key else { continue }
            names.append(ScopedVariable(name: name, type: .any, slot: values.count))
            values.append(try decoded(entry.value))
        }
        let (expression, problems) = ExpressionCompiler.compile(source, in: ExpressionScope(names), options: options)
        guard let expression else { throw .problems(problems) }
        if wantsType { return (.string(expression.type.description), problems) }
        let value: Value
        do throws(EvaluationFailure) {
            value = try expression.evaluate(VariableSlots(values: values))
        } catch {
            throw .failure(error)
        }
        if isTyped { return (TypedValue.encode(value), problems) }
        if let obstacle = JSON.obstacle(to: value) { throw .noJSON(obstacle) }
        return (value, problems)
    }

    private func decoded(_ value: Value) throws(Trouble) -> Value {
        guard isTyped else { return value }
        do throws(TypedValue.Malformed) {
            return try TypedValue.decode(value)
        } catch {
            throw .malformedVariables(error.message)
        }
    }
}

private struct VariableSlots: SlotSource {
    var values: [Value]
    func value(ofSlot slot: Int) -> Value { values[slot] }
}
