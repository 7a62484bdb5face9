package import Values
package import WorkflowInterpreter
package import WorkflowJournal

/// What operators do to instances by hand. Each leaves a line with its reason in the instance's log.
extension Engine {
    /// - Parameter isForced: for one that is held `mismatch`, `quarantined` or `unsupported`: it ends at once, undoing nothing,
    ///   with `cleanup: incomplete`.
    package func cancel(_ id: InstanceID, _ request: CancelRequest, isForced: Bool = false) async throws(EngineError) {
        guard isForced else { return try await self.request(id, .cancel(request)) }
        do {
            try await self.request(id, .forceCancel(request))
        } catch {
            // Force adds nothing to the cancel of one that moves.
            guard error.code == .notHeld else { throw error }
            try await self.request(id, .cancel(request))
        }
    }

    /// No further attempt begins; what runs is let finish, and recorded.
    package func pause(_ id: InstanceID, reason: String?) async throws(EngineError) {
        try await request(id, .pause(reason: reason))
    }

    /// Releases an instance, whatever it is held for.
    package func resume(_ id: InstanceID, reason: String?) async throws(EngineError) {
        try await request(id, .resume(reason: reason))
    }

    /// Begins another run of an ended instance. Returns what that keeps and what it does again.
    package func retry(_ id: InstanceID, _ request: RetryRequest) async throws(EngineError) -> RetryPlan {
        try checkWritable()
        let stored = try read(id)
        let answer = await ask { ticket, _ in .retry(ticket, stored, request) }
        switch answer {
        case .retried(let plan): return plan
        case .refused(let error): throw error
        case .started, .written, .upgraded: preconditionFailure("a retry is answered with its plan")
        }
    }

    /// What `retry` would do, without doing it.
    package func planRetry(_ id: InstanceID, _ request: RetryRequest) throws(EngineError) -> RetryPlan {
        try EngineCore.preview(of: try read(id), request, definitions, queries, now: store.now())
    }

    /// Moves a live instance to the definition current now, if its journal replays there. Returns that definition's digest.
    package func upgrade(_ id: InstanceID, reason: String?) async throws(EngineError) -> ContentDigest {
        try checkWritable()
        let stored = try read(id)
        if stored.state.status.isTerminal { throw Self.ended(id, stored.state.status) }
        let answer = await ask { ticket, _ in .upgrade(ticket, stored.claim.instance, reason: reason) }
        switch answer {
        case .upgraded(let digest): return digest
        case .refused(let error): throw error
        case .started, .written, .retried: preconditionFailure("an upgrade is answered with its definition")
        }
    }

    private func read(_ id: InstanceID) throws(EngineError) -> StoredInstance {
        let stored: StoredInstance?
        do {
            stored = try store.storedInstance(id)
        } catch {
            throw EngineError(.unavailable, error.message)
        }
        guard let stored else { throw EngineError(.instanceNotFound, "there is no instance \(id)") }
        return stored
    }

    private static func ended(_ id: InstanceID, _ status: InstanceStatus) -> EngineError {
        EngineError(.alreadyEnded, "instance \(id) has ended already: \(status.rawValue)")
    }

    private func request(_ id: InstanceID, _ kind: InstanceRequest.Kind) async throws(EngineError) {
        let outcome = try await write { _ in .request(InstanceRequest(instance: id, kind: kind)) }
        switch outcome {
        case .requested(.recorded): return
        case .requested(.alreadyEnded(let status)): throw Self.ended(id, status)
        case .requested(.notFound): throw EngineError(.instanceNotFound, "there is no instance \(id)")
        case .requested(.held(let hold)):
            throw EngineError(
                .held, "instance \(id) is held: \(hold.rawValue)",
                hint: "'resume' releases it; 'cancel --force' ends it without undoing anything.")
        case .requested(.notHeld(let status)):
            throw EngineError(.notHeld, "instance \(id) is not held: it is \(status.rawValue)")
        case .committed, .accepted, .enqueued, .scheduled, .removed, .stored, .existing, .stale, .refused, .unknown:
            throw Self.unexpected(outcome)
        }
    }
}
