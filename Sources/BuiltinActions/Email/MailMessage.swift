import Values
import WorkflowEngine
import WorkflowJournal

/// A mail as a step gives it, checked, and its RFC 5322 form.
struct MailMessage: Sendable {
    var from: MailAddress
    var to: [MailAddress]
    var cc: [MailAddress]
    var subject: String
    var text: String?
    var html: String?

    /// Recipients of one mail; a list server is for more.
    static let maximumRecipients = 100

    init(_ value: Value, defaultFrom: String) throws(Failure) {
        let input = ActionInput(value)
        if input["template"] != nil {
            throw .rejected("a template is filled when its name is written in the step: give subject and text or html")
        }
        to = try Self.addresses(input, "to")
        cc = try Self.addresses(input, "cc")
        guard !to.isEmpty else { throw .rejected("to is missing") }
        guard to.count + cc.count <= Self.maximumRecipients else {
            throw .rejected("more than \(Self.maximumRecipients) recipients")
        }
        let sender = try input.string("from") ?? defaultFrom
        guard let from = MailAddress(sender) else { throw .rejected("from: \(Self.shown(sender)) is no mail address") }
        self.from = from
        guard let subject = try input.string("subject") else { throw .rejected("subject is missing") }
        guard subject.unicodeScalars.allSatisfy({ !$0.isMailControl }) else {
            throw .rejected("subject has a line break or another control character")
        }
        self.subject = subject
        text = try input.string("text")
        html = try input.string("html")
        guard text != nil || html != nil else { throw .rejected("text or html is missing") }
    }

    private static func addresses(_ input: ActionInput, _ name: String) throws(Failure) -> [MailAddress] {
        guard let value = input[name] else { return [] }
        var addresses: [MailAddress] = []
        for item in value.listValue ?? [value] {
            guard let text = item.stringValue, let address = MailAddress(text) else {
                throw .rejected("\(name): \(shown(item.stringValue ?? item.kindName)) is no mail address")
            }
            addresses.append(address)
        }
        return addresses
    }

    /// Control characters of a bad address must not reach a terminal.
    private static func shown(_ text: String) -> String { JSON.text(.string(String(text.prefix(100)))) }

    /// The whole mail. The same id and time give the same bytes.
    /// - Parameter id: without angle brackets; also tells the parts apart, so it must not occur in them.
    func rendered(id: String, at time: Timestamp) -> [UInt8] {
        var lines = [
            MailEncoding.folded("Date", Self.date(time)),
            MailEncoding.folded("From", from.header),
            MailEncoding.folded("To", to.map(\.header).joined(separator: ", ")),
        ]
        if !cc.isEmpty { lines.append(MailEncoding.folded("Cc", cc.map(\.header).joined(separator: ", "))) }
        lines += [
            MailEncoding.folded("Subject", MailEncoding.unstructured(subject)), "Message-ID: <\(id)>", "MIME-Version: 1.0",
            // RFC 3834: keeps vacation notices from answering a workflow.
            "Auto-Submitted: auto-generated",
        ]
        let parts = [text.map { ("plain", $0) }, html.map { ("html", $0) }].compactMap { $0 }
        if parts.count == 1 {
            lines += Self.part(parts[0].0, parts[0].1)
        } else {
            let boundary = "=_wfrun_" + ContentDigest(of: id.utf8).hex.prefix(32)
            lines += ["Content-Type: multipart/alternative; boundary=\"\(boundary)\"", ""]
            for (kind, body) in parts { lines += ["--\(boundary)"] + Self.part(kind, body) }
            lines.append("--\(boundary)--")
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private static func part(_ kind: String, _ body: String) -> [String] {
        let (encoding, text) = MailEncoding.body(body)
        return ["Content-Type: text/\(kind); charset=utf-8", "Content-Transfer-Encoding: \(encoding)", "", text]
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// RFC 5322 §3.3, in UTC.
    static func date(_ time: Timestamp) -> String {
        let civil = CivilTime(secondsSinceEpoch: time.seconds)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekdays[civil.weekday % 7]), \(two(civil.day)) \(months[civil.month - 1]) \(civil.year) "
            + "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) +0000"
    }
}

extension Failure {
    static func rejected(_ message: String, isRetryable: Bool = false, isUncertain: Bool = false) -> Failure {
        Failure(code: "email.rejected", message: message, isRetryable: isRetryable, isUncertain: isUncertain)
    }
}
