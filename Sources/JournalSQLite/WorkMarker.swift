import Glibc
import Synchronization
import WorkflowJournal

/// `<database>.working`: which instance each worker is busy with, for the server that comes after a crash (guarantees.md G20).
///
/// A mapped file: to note an instance is one store into memory, and the kernel keeps what was stored however the process ends.
/// The holder of the lock alone has it open.
final class WorkMarker: @unchecked Sendable {
    /// One slot per worker: the number of an instance, or 0.
    private typealias Slot = Atomic<Int64>

    /// Its blocks are allocated when it is made, and its page stays in memory: neither a full disk nor a failing one turns a
    /// store into a signal.
    private static let bytes = 4_096

    private let descriptor: Int32
    private let page: UnsafeMutableRawPointer
    private let slots: UnsafeMutablePointer<Slot>

    init(for database: String) throws(JournalError) {
        let path = database + ".working"
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, "opened", errno) }
        // What is there stays, a file that is too short grows.
        let refused = posix_fallocate(descriptor, 0, off_t(Self.bytes))
        guard refused == 0 else {
            Glibc.close(descriptor)
            throw Self.failure(path, "given its space", refused)
        }
        let mapped = mmap(nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let mapped, mapped != MAP_FAILED else {
            let reason = errno
            Glibc.close(descriptor)
            throw Self.failure(path, "mapped", reason)
        }
        page = mapped
        // Where it is not allowed the page usually stays all the same.
        mlock(page, Self.bytes)
        slots = page.bindMemory(to: Slot.self, capacity: Worker.allCases.count)
    }

    deinit {
        munmap(page, Self.bytes)
        Glibc.close(descriptor)
    }

    private static func failure(_ path: String, _ act: String, _ reason: Int32) -> JournalError {
        JournalError(
            reason == ENOSPC || reason == EDQUOT ? .full : .inaccessible,
            "The file \(path) cannot be \(act): \(String(cString: strerror(reason))).")
    }

    func note(_ instance: InstanceKey?, by worker: Worker) {
        slots[worker.rawValue].store(instance?.number ?? 0, ordering: .releasing)
    }

    /// What the slots say. Anything may be in a damaged file: there need not be such an instance.
    var noted: [InstanceKey] {
        let numbers = Worker.allCases.map { slots[$0.rawValue].load(ordering: .acquiring) }
        return Set(numbers).filter { $0 > 0 }.sorted().map(InstanceKey.init)
    }

    func clear() {
        for worker in Worker.allCases { note(nil, by: worker) }
    }

    /// An orderly end: the file names nobody, whatever threads note from here on.
    func close() {
        let anonymous = mmap(page, Self.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
        guard anonymous != MAP_FAILED else { return clear() }
        let zeros = [Int64](repeating: 0, count: Worker.allCases.count)
        // Should it fail, an instance has crashed once more than it has: its next transition forgives that.
        _ = zeros.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
