import Glibc

/// `127.0.0.1:7170`: where a server listens.
struct ListenAddress: Sendable, CustomStringConvertible {
    var host: String
    var port: Int

    static let standard = "127.0.0.1:7170"

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = port
    }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// What keeps a server from listening there, asked before anything is begun that a failing server would interrupt.
    /// Nil: the address is free as far as can be told.
    ///
    /// A server that was killed while it started a command leaves its port to that command's process for a moment: that is waited for.
    func obstacle() async -> String? {
        guard port != 0 else { return nil }
        let end = ContinuousClock.now + .seconds(1)
        while true {
            let (obstacle, isInUse) = probe()
            if !isInUse || ContinuousClock.now >= end { return obstacle }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func probe() -> (obstacle: String?, isInUse: Bool) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else {
            return ("The address \(self) is none of this machine's.", false)
        }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, first.pointee.ai_protocol)
        guard descriptor >= 0 else { return (nil, false) }
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            switch errno {
            case EADDRINUSE:
                return ("The port \(port) is in use; stop what listens there, or choose another one with '--listen'.", true)
            case EACCES: return ("The port \(port) may only be used by root; choose one above 1023 with '--listen'.", false)
            default: return ("The server cannot listen on \(self): \(String(cString: strerror(errno))).", false)
            }
        }
        return (nil, false)
    }
}
