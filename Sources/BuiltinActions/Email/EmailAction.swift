import Values
import WorkflowEngine
import WorkflowJournal

/// `email`: a file in the outbox, a row in the store, and delivery where a transport is configured.
struct EmailAction: Sendable {
    private let outbox: Outbox
    private let transport: ActionsConfiguration.Email.Transport
    private let defaultFrom: String

    init(configuration: ActionsConfiguration.Email) {
        outbox = Outbox(folder: configuration.outbox)
        transport = configuration.transport
        defaultFrom = configuration.defaultFrom
    }

    var handler: ActionHandler { ActionHandler(name: "email", body: .asynchronous(run)) }

    @Sendable
    private func run(_ invocation: ActionInvocation) async -> ActionResult {
        do throws(Failure) {
            let mail = try MailMessage(invocation.input, defaultFrom: defaultFrom)
            // The same for every try: a receiver that knows the id already has the mail.
            let id = "\(invocation.key.text)@\(mail.from.domain)"
            let message = mail.rendered(id: id, at: invocation.time)
            let file = try outbox.write(message, named: invocation.key.text)
            if case .sendmail(let path) = transport { try await Sendmail(path: path).deliver(message, of: mail) }
            let sent = ActionResult.SentEmail(
                id: id, to: (mail.to + mail.cc).map(\.mailbox), subject: mail.subject, file: file)
            return ActionResult(.success(["id": .string(id)]), emails: [sent])
        } catch {
            return ActionResult(.failure(error))
        }
    }
}
