import Values
import WorkflowEngine
import WorkflowJournal

/// `random.int`: uniform in `min` … `max`, both included.
enum RandomIntAction {
    static func handler(_ random: RandomSource) -> ActionHandler {
        ActionHandler(name: "random.int", body: .inline { run($0, random) })
    }

    private static func run(_ invocation: ActionInvocation, _ random: RandomSource) -> ActionResult {
        do throws(Failure) {
            let input = ActionInput(invocation.input)
            let lowest = try input.int("min") ?? 0
            guard let highest = try input.int("max") else { throw .misfit("max is missing") }
            guard lowest <= highest else { throw .misfit("min \(lowest) is greater than max \(highest)") }
            var source = random
            return ActionResult(.success(.int(Int64.random(in: lowest...highest, using: &source))))
        } catch {
            return ActionResult(.failure(error))
        }
    }
}
