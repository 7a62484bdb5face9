// BuiltinActions: the handlers of `http`, `shell`, `email`, `log`, `time.now`, `random.uuid` and `random.int`.
//
// Invariant: knows no store and no server. What a handler does depends on its invocation, this module's configuration and the
// world outside; nothing here remembers an instance. Secrets pass through and are put into no message.
//
// Start at `BuiltinActions.handlers()`; each handler is one file: `HTTP/HTTPAction`, `Shell/ShellAction`, `Email/EmailAction`
// and those under `Small`.

package import WorkflowEngine

/// The built-in actions under one configuration, with what they share: connections, OAuth tokens, the guardian of commands.
package struct BuiltinActions: Sendable {
    private let http: HTTPAction
    private let shell: ShellAction
    private let email: EmailAction
    private let random: RandomSource

    /// - Throws: when the configuration cannot be meant: a rule that is no host or network, a user that does not exist.
    package init(configuration: ActionsConfiguration) throws(ActionsConfigurationError) {
        http = try HTTPAction(configuration: configuration.http, graceTime: configuration.graceTime)
        shell = try ShellAction(configuration: configuration.shell, graceTime: configuration.graceTime)
        email = EmailAction(configuration: configuration.email)
        random = configuration.random
    }

    /// One handler for each signature in `stdlib/builtin`, by the same names.
    package func handlers() -> [ActionHandler] {
        [
            http.handler, shell.handler, email.handler,
            LogAction.handler, TimeNowAction.handler,
            RandomUUIDAction.handler(random), RandomIntAction.handler(random),
        ]
    }

    /// Closes connections and ends the guardian. Call it once, when no action runs any more.
    package func shutdown() async {
        await http.shutdown()
        await shell.shutdown()
    }
}
