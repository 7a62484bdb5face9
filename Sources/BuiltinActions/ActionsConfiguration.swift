/// What an operator decides about the built-in actions.
package struct ActionsConfiguration: Sendable {
    package struct HTTP: Sendable {
        /// Hosts (`*.example.org`) and networks (`10.0.0.0/8`) that any request may reach: `EgressRules` has the whole meaning.
        package var allow: [String]
        /// Hosts and networks that no request may reach.
        package var deny: [String]
        /// The most that is read of an answer's body, after decompression.
        package var maxBodyBytes: Int
        package var userAgent: String
        package var connectionsPerHost: Int
        package var connectTimeout: Duration
        /// A PEM file of certificates trusted beside the system's.
        package var certificateAuthorities: String?
        /// Addresses of hosts that are not asked of the system's resolver; the egress guard checks them like any.
        package var hosts: [String: [String]]

        package init(
            allow: [String] = [], deny: [String] = [], maxBodyBytes: Int = 1 << 20, userAgent: String = "wfrun",
            connectionsPerHost: Int = 64, connectTimeout: Duration = .seconds(10), certificateAuthorities: String? = nil,
            hosts: [String: [String]] = [:]
        ) {
            self.allow = allow
            self.deny = deny
            self.maxBodyBytes = maxBodyBytes
            self.userAgent = userAgent
            self.connectionsPerHost = connectionsPerHost
            self.connectTimeout = connectTimeout
            self.certificateAuthorities = certificateAuthorities
            self.hosts = hosts
        }
    }

    package struct Shell: Sendable {
        package var isEnabled: Bool
        /// The user commands run as; only root can run them as another.
        package var runAs: String?
        /// Lets commands run as root where the server does and no other user is named.
        package var allowRoot: Bool
        /// Holds the fresh working directories; nil: `TMPDIR`, else `/tmp`.
        package var workRoot: String?

        package init(isEnabled: Bool = true, runAs: String? = nil, allowRoot: Bool = false, workRoot: String? = nil) {
            self.isEnabled = isEnabled
            self.runAs = runAs
            self.allowRoot = allowRoot
            self.workRoot = workRoot
        }
    }

    package struct Email: Sendable {
        package enum Transport: Sendable, Equatable {
            /// Files in the outbox only.
            case stub
            /// A program with sendmail's interface, beside the file in the outbox.
            case sendmail(path: String)
        }

        package var transport: Transport
        /// The folder of `.eml` files; made when the first mail is written.
        package var outbox: String
        package var defaultFrom: String

        package init(transport: Transport = .stub, outbox: String, defaultFrom: String = "wfrun@localhost") {
            self.transport = transport
            self.outbox = outbox
            self.defaultFrom = defaultFrom
        }
    }

    package var http: HTTP
    package var shell: Shell
    package var email: Email
    package var random: RandomSource
    /// What a stopped action is given to end by itself.
    package var graceTime: Duration

    package init(
        http: HTTP = HTTP(), shell: Shell = Shell(), email: Email, random: RandomSource = .system,
        graceTime: Duration = .seconds(10)
    ) {
        self.http = http
        self.shell = shell
        self.email = email
        self.random = random
        self.graceTime = graceTime
    }
}

/// A configuration that cannot be meant, in one sentence for the operator.
package struct ActionsConfigurationError: Error, Sendable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}
