import BuiltinActions

/// What the operator says about the built-in actions.
func actionsConfiguration(_ settings: Settings, database: String) throws(CommandFailure) -> ActionsConfiguration {
    let outbox = settings.text(nil, "actions.email.outbox") ?? Files.join(Files.folder(of: database), "outbox")
    let transport = settings.text(nil, "actions.email.sendmail").map { ActionsConfiguration.Email.Transport.sendmail(path: $0) }
    return ActionsConfiguration(
        http: .init(
            allow: settings.list("actions.http.allow"), deny: settings.list("actions.http.deny"),
            userAgent: "wfrun/\(wfrunVersion)"),
        shell: .init(
            isEnabled: try settings.flag(nil, "actions.shell.enabled", default: true),
            runAs: settings.text(nil, "actions.shell.user"),
            allowRoot: try settings.flag(nil, "actions.shell.allowRoot", default: false)),
        email: .init(
            transport: transport ?? .stub, outbox: outbox,
            defaultFrom: settings.text(nil, "actions.email.from") ?? "wfrun@localhost"))
}
