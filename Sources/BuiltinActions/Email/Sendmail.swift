import Subprocess
import SystemPackage
import WorkflowJournal

/// Hands mails to a program with sendmail's interface.
struct Sendmail: Sendable {
    var path: String

    /// Recipients are given as arguments: the program reads none from the headers.
    func deliver(_ message: [UInt8], of mail: MailMessage) async throws(Failure) {
        guard let input = StandardInputFile.open(message) else {
            throw .rejected("cannot make a file for the mail", isRetryable: true)
        }
        let arguments = ["-i", "-f", mail.from.mailbox, "--"] + (mail.to + mail.cc).map(\.mailbox)
        let status: TerminationStatus
        do {
            status = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(arguments),
                environment: .custom(["PATH": "/usr/local/bin:/usr/bin:/bin"]),
                input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
                output: .discarded, error: .discarded
            ).terminationStatus
        } catch {
            throw .rejected("cannot run \(path): \(error)")
        }
        switch status {
        case .exited(0): return
        // sysexits.h: EX_TEMPFAIL.
        case .exited(75): throw .rejected("\(path) cannot take the mail now", isRetryable: true)
        case .exited(let code): throw .rejected("\(path) refused the mail with code \(code)")
        case .signaled(let number): throw .rejected("signal \(number) ended \(path)", isUncertain: true)
        }
    }
}
