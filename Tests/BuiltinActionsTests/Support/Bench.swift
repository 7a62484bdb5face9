import BuiltinActions
import Foundation
import Values
import WorkflowEngine
import WorkflowJournal

/// The built-in actions with a folder of their own, run one invocation at a time.
struct Bench: Sendable {
    let actions: BuiltinActions
    let folder: String
    static let key = IdempotencyKey("0193a1b2-0000-8000-8000-00000000abcd")

    /// Gives the body a bench and cleans up after it.
    static func run<Result>(
        http: ActionsConfiguration.HTTP = .init(), shell: ActionsConfiguration.Shell = .init(allowRoot: true),
        transport: ActionsConfiguration.Email.Transport = .stub, random: RandomSource = .system,
        graceTime: Duration = .milliseconds(300), _ body: (Bench) async throws -> Result
    ) async throws -> Result {
        let folder = NSTemporaryDirectory() + "wfrun-actions-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var shell = shell
        shell.workRoot = folder
        let actions = try BuiltinActions(
            configuration: ActionsConfiguration(
                http: http, shell: shell, email: .init(transport: transport, outbox: folder + "/outbox"), random: random,
                graceTime: graceTime))
        do {
            let result = try await body(Bench(actions: actions, folder: folder))
            await actions.shutdown()
            return result
        } catch {
            await actions.shutdown()
            throw error
        }
    }

    func invocation(_ input: Value, key: IdempotencyKey = Bench.key, trusted: Set<String> = ["127.0.0.1"]) -> ActionInvocation {
        ActionInvocation(
            instance: InstanceID("0193a1b2-0000-7000-8000-000000000001"), workflow: "test", step: MemoKey("step"), key: key,
            attempt: 3, input: input, trustedHosts: trusted, time: Timestamp(microseconds: 1_700_000_000_000_000))
    }

    /// - Parameter key: by default always the same, but for `shell` a new one: what carries a step's key is ended with the step.
    func run(
        _ name: String, _ input: Value, key: IdempotencyKey? = nil, trusted: Set<String> = ["127.0.0.1"]
    ) async -> ActionResult {
        let key = key ?? (name == "shell" ? IdempotencyKey(UUID().uuidString) : Bench.key)
        guard let handler = actions.handlers().first(where: { $0.name == name }) else {
            return ActionResult(.failure(Failure(code: "test", message: "no handler \(name)")))
        }
        let invocation = invocation(input, key: key, trusted: trusted)
        switch handler.body {
        case .inline(let body): return body(invocation)
        case .asynchronous(let body): return await body(invocation)
        }
    }
}

enum Fixture {
    static func url(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/\(name)")
    }
}

extension ActionResult {
    var value: Value? { try? outcome.get() }
    var failure: Failure? { if case .failure(let failure) = outcome { failure } else { nil } }
}

/// Waits for something another thread or process does, for at most ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        if .now > deadline { return false }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return true
}
