import Glibc
import Synchronization

/// A command and everything it started, as far as that can be found.
///
/// The command is the leader of a session and a process group of its own. What left the group is found by its session, what
/// left the session by the step's key in its environment. The leader stays a zombie until `release`, so that its number names
/// nobody else while signals are sent.
final class ProcessTree: Sendable {
    let leader: pid_t
    private let marker: [UInt8]
    private let isReleased = Mutex(false)

    /// - Parameter key: the value of `WFRUN_STEP_KEY` in the command's environment.
    init(leader: pid_t, key: String) {
        self.leader = leader
        marker = Array("WFRUN_STEP_KEY=\(key)".utf8)
    }

    /// The leader has ended; it is not reaped by asking.
    var hasLeaderEnded: Bool {
        var info = siginfo_t()
        let status = waitid(P_PID, id_t(leader), &info, WEXITED | WNOHANG | WNOWAIT)
        // ECHILD: somebody reaped it already.
        return status != 0 ? errno != EINTR : info.si_signo == SIGCHLD
    }

    /// Returns when the leader has ended. Rarely waits: a command's output ends together with it.
    func waitForLeader() async {
        var pause: Duration = .microseconds(200)
        while !hasLeaderEnded {
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(20))
        }
    }

    /// Sends a signal to the group and to every process found outside it.
    func signal(_ number: Int32) {
        isReleased.withLock { isReleased in
            guard !isReleased else { return }
            _ = kill(-leader, number)
            for process in strays() where process != leader { _ = kill(process, number) }
        }
    }

    /// Ends what outlived the leader: asks, waits up to `patience`, then kills.
    func endSurvivors(patience: Duration) async {
        guard !survivors().isEmpty else { return }
        signal(SIGTERM)
        // A stopped process hears of it only when it continues.
        signal(SIGCONT)
        let deadline = ContinuousClock.now + patience
        while !survivors().isEmpty, .now < deadline { try? await Task.sleep(for: .milliseconds(10)) }
        // A process may fork while its group is killed: look again until nobody is left.
        for _ in 0..<20 where !survivors().isEmpty {
            signal(SIGKILL)
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// From now on the leader's number may belong to somebody else.
    func release() { isReleased.withLock { $0 = true } }

    private func survivors() -> [pid_t] { strays().filter { $0 != leader } }

    /// Living processes of the leader's session, and those that carry the step's key. Only numbers above the leader's are
    /// looked at: processes are numbered in order, and reading all of `/proc` would cost more than the command.
    private func strays() -> [pid_t] {
        ProcessTable.processes(above: leader - 1).filter { process in
            guard let entry = ProcessTable.entry(of: process), entry.isAlive else { return false }
            return entry.session == leader || ProcessTable.environment(of: process, has: marker)
        }
    }
}

/// What `/proc` tells about processes.
enum ProcessTable {
    struct Entry {
        var isAlive: Bool
        var session: pid_t
    }

    static func processes(above lowest: pid_t) -> [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [pid_t] = []
        while let item = readdir(folder) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { atoi($0) }
            }
            if name > lowest { found.append(name) }
        }
        return found
    }

    /// From `/proc/PID/stat`; nil when the process is gone.
    static func entry(of process: pid_t) -> Entry? {
        let text = read("/proc/\(process)/stat", limit: 1_024)
        // The name in parentheses may itself contain anything.
        guard let close = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(close + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 3, let session = pid_t(String(decoding: fields[3], as: UTF8.self)) else { return nil }
        let isDead = fields[0].first == UInt8(ascii: "Z") || fields[0].first == UInt8(ascii: "X")
        return Entry(isAlive: !isDead, session: session)
    }

    static func environment(of process: pid_t, has variable: [UInt8]) -> Bool {
        read("/proc/\(process)/environ", limit: 1 << 20).split(separator: 0).contains { $0.elementsEqual(variable) }
    }

    private static func read(_ path: String, limit: Int) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < limit {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }
}
