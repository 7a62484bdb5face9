import Glibc
import Values
import WorkflowJournal

/// From a command's end to the step's result.
struct ShellOutcome {
    var request: ShellRequest
    var ending: ShellProcess.Ending
    var stop: StopReason?

    var result: Result<Value, Failure> {
        switch (stop, ending.cause) {
        case (.timedOut, _):
            return .failure(
                failure("shell.timeout", "the command ran longer than its timeout and was stopped", isUncertain: true))
        case (_, .exited(0)): return success
        case (.cancelled, _): return .failure(failure("stopped", "the command was stopped", isUncertain: true))
        case (nil, .exited(let code)): return .failure(failure("shell.exit", exitMessage(code)))
        case (nil, .signalled(let number)):
            return .failure(failure("shell.signal", "signal \(number) (\(Self.name(of: number))) ended the command"))
        }
    }

    private func exitMessage(_ code: Int) -> String {
        let lastLine = standardError.split(separator: "\n").last.map { ": " + $0.prefix(200) } ?? ""
        return "the command ended with code \(code)\(lastLine)"
    }

    private var standardOutput: String { String(decoding: ending.standardOutput, as: UTF8.self) }
    private var standardError: String { String(decoding: ending.standardError, as: UTF8.self) }
    private var isTruncated: Bool { ending.isOutputTruncated || ending.isErrorTruncated }

    /// As a shell numbers it: signals from 128.
    private var code: Int64 {
        switch ending.cause {
        case .exited(let code): Int64(code)
        case .signalled(let number): 128 + Int64(number)
        }
    }

    private func raw(value: Value?) -> Value {
        var members: ValueMap = [
            "code": .int(code), "stdout": .string(standardOutput), "stderr": .string(standardError),
            "truncated": .bool(isTruncated),
        ]
        members["value"] = value
        return .map(members)
    }

    private func failure(_ code: String, _ message: String, isUncertain: Bool = false) -> Failure {
        Failure(code: code, message: message, data: raw(value: nil), isUncertain: isUncertain)
    }

    private var success: Result<Value, Failure> {
        guard !ending.isOutputTruncated || request.parse == .text else {
            return .failure(
                failure(
                    "limit.output",
                    "parse: \(request.parse.rawValue) needs all of stdout, and it is over \(OutputTail.limit) bytes"))
        }
        switch request.parse {
        case .text: return .success(raw(value: .string(Self.withoutLastNewline(standardOutput))))
        case .lines:
            let text = Self.withoutLastNewline(standardOutput)
            let lines = text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false)
            return .success(raw(value: .list(lines.map { .string(String($0.hasSuffix("\r") ? $0.dropLast() : $0)) })))
        case .json:
            do throws(JSON.SyntaxError) {
                return .success(raw(value: try JSON.parse(ending.standardOutput)))
            } catch {
                return .failure(failure("schema", "parse: json, but stdout is no JSON: \(error)"))
            }
        }
    }

    private static func withoutLastNewline(_ text: String) -> String {
        text.utf8.last == UInt8(ascii: "\n") ? String(decoding: text.utf8.dropLast(), as: UTF8.self) : text
    }

    private static func name(of signal: Int) -> String {
        strsignal(Int32(signal)).map { String(cString: $0) } ?? "unknown"
    }
}
