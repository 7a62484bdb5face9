import Glibc
import Subprocess
import SystemPackage

/// One command from its start to the end of everything it started.
struct ShellProcess: Sendable {
    struct Ending: Sendable {
        enum Cause: Sendable, Equatable {
            case exited(Int)
            case signalled(Int)
        }
        var cause: Cause
        var standardOutput: [UInt8]
        var standardError: [UInt8]
        var isOutputTruncated: Bool
        var isErrorTruncated: Bool
    }

    /// Why a command could not be started; nothing of it has run.
    struct StartProblem: Error, Sendable {
        var message: String
        /// What a shell would have answered: 127 for a missing command, 126 for one that cannot be run.
        var code: Int
        var isPassing = false
    }

    var arguments: [String]
    var environment: [(name: String, value: String)]
    var folder: String
    var standardInput: [UInt8]
    /// Nil: the server's own.
    var user: ShellUser?
    /// The value of `WFRUN_STEP_KEY`.
    var key: String
    var graceTime: Duration

    /// How long what outlives its command is given after SIGTERM.
    private static let survivorPatience: Duration = .seconds(1)
    /// More than fits into a pipe: what comes beyond it after the command's end is written by somebody else.
    private static let latestOutput = 2 << 20

    /// Must not run in a task that can be cancelled: stopping goes through `stop`, gracefully.
    func run(stop: StopSwitch) async throws(StartProblem) -> Ending {
        guard let input = StandardInputFile.open(standardInput) else {
            throw StartProblem(
                message: "cannot make a file for standard input: \(Errno(rawValue: errno))", code: 126, isPassing: true)
        }
        do {
            let result = try await Subprocess.run(
                configuration, input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
                output: .sequence, error: .sequence
            ) { execution in
                await attend(
                    ProcessTree(leader: execution.processIdentifier.value, key: key), stop: stop,
                    execution.standardOutput, execution.standardError)
            }
            var (output, error) = result.closureResult
            let ending = Ending(
                cause: Self.cause(result.terminationStatus), standardOutput: output.finish(), standardError: error.finish(),
                isOutputTruncated: output.isTruncated, isErrorTruncated: error.isTruncated)
            if user != nil, let code = ending.codeOfFailedExecution { throw startProblem(code: code) }
            return ending
        } catch let error as StartProblem {
            throw error
        } catch let error as SubprocessError {
            throw startProblem(error)
        } catch {
            throw StartProblem(message: "cannot run '\(arguments[0])': \(error)", code: 126)
        }
    }

    private var configuration: Subprocess.Configuration {
        let command = user?.running(arguments) ?? arguments
        let program = command[0]
        var platform = PlatformOptions()
        // A session of its own is also a process group of its own, without a terminal.
        platform.createSession = true
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        return Subprocess.Configuration(
            executable: program.utf8.contains(UInt8(ascii: "/")) ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(command.dropFirst())), environment: .custom(variables),
            workingDirectory: FilePath(folder), platformOptions: platform)
    }

    /// Reads the output to its end, stops the command when asked to, and leaves nothing of it behind.
    private func attend(
        _ tree: ProcessTree, stop: StopSwitch, _ output: SubprocessOutputSequence, _ error: SubprocessOutputSequence
    ) async -> (OutputTail, OutputTail) {
        stop.onTrip { _ in
            tree.signal(SIGTERM)
            tree.signal(SIGCONT)
            stop.after(graceTime) { tree.signal(SIGKILL) }
        }
        async let outputTail = collect(output, of: tree)
        async let errorTail = collect(error, of: tree)
        let tails = await (outputTail, errorTail)
        await tree.waitForLeader()
        await tree.endSurvivors(patience: stop.reason == nil ? Self.survivorPatience : graceTime)
        tree.release()
        return tails
    }

    /// The sequence ends with the stream, or when the leader has ended and the pipe is empty.
    private func collect(_ stream: SubprocessOutputSequence, of tree: ProcessTree) async -> OutputTail {
        var tail = OutputTail()
        var late = 0
        do {
            for try await chunk in stream {
                chunk.withUnsafeBytes { tail.append($0) }
                guard tree.hasLeaderEnded else { continue }
                late += chunk.count
                if late > Self.latestOutput { tree.signal(SIGKILL) }
            }
        } catch {
            // What was read is what there is: the command's end decides about success.
        }
        return tail
    }

    private static func cause(_ status: TerminationStatus) -> Ending.Cause {
        switch status {
        case .exited(let code): .exited(Int(code))
        case .signaled(let number): .signalled(Int(number))
        }
    }

    private func startProblem(_ error: SubprocessError) -> StartProblem {
        let program = arguments[0]
        switch error.code {
        case .executableNotFound: return startProblem(code: isPath && access(program, F_OK) == 0 ? 126 : 127)
        case .failedToChangeWorkingDirectory:
            return StartProblem(message: "cannot enter the folder '\(folder)'", code: 126)
        default:
            let reason = error.underlyingError.map { "\($0)" } ?? "\(error)"
            let isPassing = [Errno.resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem]
                .contains(error.underlyingError)
            return StartProblem(message: "cannot run '\(program)': \(reason)", code: 126, isPassing: isPassing)
        }
    }

    private func startProblem(code: Int) -> StartProblem {
        let program = arguments[0]
        if code == 126 { return StartProblem(message: "'\(program)' cannot be executed", code: code) }
        return StartProblem(message: "there is no command '\(program)'\(isPath ? "" : " in PATH")", code: code)
    }

    private var isPath: Bool { arguments[0].utf8.contains(UInt8(ascii: "/")) }
}

extension ShellProcess.Ending {
    /// What `setpriv` exits with when it cannot become the command: 127 where there is none, else 126.
    fileprivate var codeOfFailedExecution: Int? {
        guard case .exited(let code) = cause, code == 126 || code == 127,
            standardError.starts(with: "setpriv: failed to execute ".utf8)
        else { return nil }
        return code
    }
}
