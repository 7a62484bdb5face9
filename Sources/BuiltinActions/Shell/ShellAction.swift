import Glibc
import Values
import WorkflowEngine
import WorkflowJournal

/// `shell`: one command or script, in a session of its own, with a clean environment.
///
/// `argv` runs a program without a shell; `script` runs `/bin/sh -c`. When the step is stopped or its `timeout` runs out, the
/// whole process tree gets SIGTERM and, after the grace time, SIGKILL. A command that answers 0 within the grace time of a
/// cancel has completed.
struct ShellAction: Sendable {
    private let user: ShellUser?
    private let home: String
    private let workRoot: String
    private let graceTime: Duration
    private let guardian = ShellGuardian()
    /// Why no command runs; nil when they do.
    private let refusal: String?

    init(configuration: ActionsConfiguration.Shell, graceTime: Duration) throws(ActionsConfigurationError) {
        self.graceTime = graceTime
        workRoot = configuration.workRoot ?? WorkingFolder.defaultRoot
        let current = ShellUser.current()
        var other: ShellUser?
        if let name = configuration.runAs {
            guard let named = ShellUser.named(name) else {
                throw ActionsConfigurationError("actions.shell.user: there is no user '\(name)'")
            }
            if named.userID != current.userID { other = named }
        }
        guard other == nil || current.userID == 0 else {
            throw ActionsConfigurationError("actions.shell.user: only root can run commands as '\(configuration.runAs ?? "")'")
        }
        if other != nil, access(ShellUser.setpriv, X_OK) != 0 {
            throw ActionsConfigurationError(
                "actions.shell.user: running commands as another user needs \(ShellUser.setpriv), of the package util-linux")
        }
        user = other
        home = (other ?? current).home
        refusal = Self.refusal(configuration, runsAsRoot: (other ?? current).userID == 0)
    }

    private static func refusal(_ configuration: ActionsConfiguration.Shell, runsAsRoot: Bool) -> String? {
        if !configuration.isEnabled { return "the server's configuration switches shell off (actions.shell.enabled)" }
        guard runsAsRoot, !configuration.allowRoot else { return nil }
        return "commands would run as root: set actions.shell.user to another user, "
            + "or allow root by actions.shell.allowRoot (WFRUN_ACTIONS_SHELL_ALLOW_ROOT=1)"
    }

    var handler: ActionHandler { ActionHandler(name: "shell", body: .asynchronous(run)) }

    func shutdown() async { await guardian.shutdown() }

    @Sendable
    func run(_ invocation: ActionInvocation) async -> ActionResult {
        if let refusal { return ActionResult(.failure(Failure(code: "shell.disabled", message: refusal))) }
        let request: ShellRequest
        do throws(Failure) {
            request = try ShellRequest(invocation.input)
        } catch {
            return ActionResult(.failure(error))
        }
        return await StopSwitch.run(limit: request.timeout) { stop in
            await self.run(request, for: invocation, stop: stop)
        }
    }

    private func run(_ request: ShellRequest, for invocation: ActionInvocation, stop: StopSwitch) async -> ActionResult {
        let fresh = request.folder == nil ? WorkingFolder(in: workRoot, owner: user) : nil
        guard let folder = request.folder ?? fresh?.path else {
            return ActionResult(
                .failure(.cannotStart("cannot make a working folder in '\(workRoot)'", code: 126, isPassing: true)))
        }
        defer { fresh?.remove() }
        let process = ShellProcess(
            arguments: request.arguments, environment: environment(request, invocation), folder: folder,
            standardInput: request.standardInput, user: user, key: invocation.key.text, graceTime: graceTime)
        guardian.began(invocation.key.text)
        defer { guardian.ended(invocation.key.text) }
        do throws(ShellProcess.StartProblem) {
            let ending = try await process.run(stop: stop)
            return ActionResult(ShellOutcome(request: request, ending: ending, stop: stop.reason).result)
        } catch {
            return ActionResult(.failure(.cannotStart(error.message, code: error.code, isPassing: error.isPassing)))
        }
    }

    /// PATH, HOME, LANG, what the step declares, and which try at which effect this is.
    private func environment(_ request: ShellRequest, _ invocation: ActionInvocation) -> [(name: String, value: String)] {
        func own(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        return [
            ("PATH", own("PATH") ?? "/usr/local/bin:/usr/bin:/bin"), ("HOME", home), ("LANG", own("LANG") ?? "C.UTF-8"),
        ] + request.environment + [
            ("WFRUN_STEP_KEY", invocation.key.text), ("WFRUN_STEP_ATTEMPT", String(invocation.attempt)),
        ]
    }
}

extension Failure {
    fileprivate static func cannotStart(_ message: String, code: Int, isPassing: Bool) -> Failure {
        Failure(
            code: "shell.exit", message: message, isRetryable: isPassing,
            data: ["code": .int(Int64(code)), "stdout": "", "stderr": ""])
    }
}
