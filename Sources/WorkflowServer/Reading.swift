import Dispatch
import WorkflowEngine
import WorkflowJournal

/// Where blocking reads of the journal happen: not on the threads that move requests along.
private let readers = DispatchQueue(label: "wfrun.api.reads", attributes: .concurrent)

func reading<Result: Sendable>(
    _ read: @escaping @Sendable () throws(JournalError) -> Result
) async throws(Problem) -> Result {
    let outcome: Swift.Result<Result, JournalError> = await withCheckedContinuation { continuation in
        readers.async {
            do throws(JournalError) {
                continuation.resume(returning: .success(try read()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    switch outcome {
    case .success(let result): return result
    case .failure(let error): throw Problem(error)
    }
}

/// Runs an engine call, its error as a problem.
func asking<Result: Sendable>(
    _ call: () async throws(EngineError) -> Result
) async throws(Problem) -> Result {
    do throws(EngineError) {
        return try await call()
    } catch {
        throw Problem(error)
    }
}
