import Subprocess
import Synchronization
import SystemPackage

/// A process beside the server that outlives it by a moment: when the server is killed, it kills the commands that ran.
///
/// It is told the step's key before a command starts and again when it has ended. The end of its standard input means that the
/// server is gone; then every process with one of these keys in its environment is killed. So an attempt that is repeated after
/// a crash never runs beside the one that the crash interrupted.
final class ShellGuardian: Sendable {
    private enum State {
        case idle
        case running(AsyncStream<String>.Continuation, Task<Void, Never>)
        case ended
    }

    private let state = Mutex(State.idle)

    /// Announces a command. Starts the guardian if this is the first one.
    func began(_ key: String) { tell("+ \(key)\n") }
    func ended(_ key: String) { tell("- \(key)\n") }

    private func tell(_ line: String) {
        state.withLock { state in
            switch state {
            case .idle:
                let (lines, continuation) = AsyncStream.makeStream(of: String.self)
                state = .running(continuation, Task { await Self.run(lines) })
                continuation.yield(line)
            case .running(let continuation, _): continuation.yield(line)
            case .ended: break
            }
        }
    }

    func shutdown() async {
        let task = state.withLock { state -> Task<Void, Never>? in
            defer { state = .ended }
            guard case .running(let continuation, let task) = state else { return nil }
            continuation.finish()
            return task
        }
        await task?.value
    }

    /// Keys are UUIDs, so they need no quoting. `grep -l` names the files; a process that is gone has none.
    private static let script = """
        trap '' INT TERM HUP
        live=' '
        while read -r sign key; do
            case $sign in
            +) live="$live$key " ;;
            -) live="${live%% $key *} ${live#* $key }" ;;
            esac
        done
        for round in 1 2 3 4 5; do
            found=
            for key in $live; do
                for file in $(grep -l -a -s -F -e "WFRUN_STEP_KEY=$key" /proc/[0-9]*/environ); do
                    pid=${file#/proc/}
                    kill -KILL "${pid%/environ}" 2>/dev/null && found=yes
                done
            done
            [ -n "$found" ] || break
        done
        """

    /// Without a guardian commands run all the same: it cannot start where there is no `/bin/sh`, and then there are no scripts.
    private static func run(_ lines: AsyncStream<String>) async {
        var platform = PlatformOptions()
        platform.createSession = true
        _ = try? await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", script], environment: .custom(["PATH": "/usr/local/bin:/usr/bin:/bin"]),
            workingDirectory: "/", platformOptions: platform, input: .inputWriter, output: .discarded, error: .discarded
        ) { execution in
            for await line in lines { _ = try await execution.standardInputWriter.write(line) }
            try await execution.standardInputWriter.finish()
        }
    }
}
