import Values
import WorkflowEngine
import WorkflowJournal

/// What runs in place of the built-in actions that need no mock: deterministic, without leaving the process.
enum StubActions {
    /// Nil for an action that has to be mocked.
    static func result(of action: String, _ invocation: ActionInvocation) -> ActionResult? {
        let input = invocation.input
        switch action {
        case "log":
            return ActionResult(
                .success(.null),
                logs: [
                    .init(
                        level: input["level"]?.stringValue ?? "info", message: input["message"]?.stringValue ?? "",
                        data: input["data"] ?? .null)
                ])
        case "email": return email(invocation)
        case "time.now": return ActionResult(.success(.string(invocation.time.description)))
        case "random.uuid": return ActionResult(.success(.string(UUIDText.derived(from: ["uuid", invocation.key.text]))))
        case "random.int": return randomInteger(invocation)
        default: return nil
        }
    }

    private static func email(_ invocation: ActionInvocation) -> ActionResult {
        let id = UUIDText.derived(from: ["email", invocation.key.text])
        let to: [String]
        switch invocation.input["to"] {
        case .string(let address)?: to = [address]
        case .list(let addresses)?: to = addresses.compactMap(\.stringValue)
        default: to = []
        }
        let mail = ActionResult.SentEmail(
            id: id, to: to, subject: invocation.input["subject"]?.stringValue ?? "", file: "\(id).eml")
        return ActionResult(.success(["id": .string(id)]), emails: [mail])
    }

    private static func randomInteger(_ invocation: ActionInvocation) -> ActionResult {
        let lowest = invocation.input["min"]?.intValue ?? 0
        let highest = invocation.input["max"]?.intValue ?? lowest
        guard lowest <= highest else {
            return ActionResult(.failure(Failure(code: "schema", message: "min is greater than max")))
        }
        let bits = SHA256.digest(invocation.key.text.utf8).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let width = UInt64(bitPattern: highest &- lowest)
        let offset = width == .max ? bits : bits % (width + 1)
        return ActionResult(.success(.int(lowest &+ Int64(bitPattern: offset))))
    }

    /// Parts of a built-in action's result that a mock may leave out.
    static func neutralFields(of action: String) -> ValueMap {
        switch action {
        case "http": ["status": 200, "headers": [:], "body": .null]
        case "shell": ["code": 0, "stdout": "", "stderr": "", "truncated": false, "value": .null]
        case "email": ["id": "mail"]
        default: [:]
        }
    }
}
