/// The keys of every mapping whose keys are the language's: what the parser knows and the language's schema describes.
enum Keys {
    static let definition = [
        "workflow", "action", "description", "dsl", "input", "returns", "types", "events", "config", "secrets", "labels",
        "triggers", "concurrency", "timeout", "retention", "steps", "output", "catch", "finally",
    ]
    /// Those of them that are for workflows alone.
    static let workflowOnly = ["labels", "triggers", "concurrency", "timeout", "retention"]
    static let sharedTypes = ["types", "events"]
    static let trigger = ["cron", "timezone", "catchup", "overlap", "event", "where", "input"]
    static let concurrency = ["key", "limit", "overflow"]
    /// How an instance ends: the keys of `retention`.
    static let endings = ["completed", "failed", "cancelled", "timed_out"]

    static let verbs = [
        "call", "invoke", "wait", "sleep", "emit", "let", "steps", "parallel", "switch", "fail", "return", "continue_as_new",
    ]
    /// Keys that belong to a verb, with the verbs they go with.
    static let companions = [("with", ["call", "invoke"]), ("detach", ["invoke"])]
    static let modifiers = [
        "description", "if", "foreach", "repeat", "retry", "timeout", "at_most_once", "output", "returns", "catch",
        "compensate", "finally",
    ]
    static let step = ["id"] + verbs + companions.map(\.0) + modifiers

    /// What those used to other tools write, by where they write it, with how it is said here.
    static let habits: [String: [String: String]] = [
        "a definition": [
            "name": "the name stands after `workflow:`", "on": "what starts instances stands under `triggers`",
            "schedule": "write `triggers: [{ cron: \"0 9 * * *\" }]`", "cron": "write `triggers: [{ cron: \"0 9 * * *\" }]`",
            "jobs": "write `steps`, or a `parallel` step for what runs side by side",
            "tasks": "what is done stands under `steps`", "env": "settings stand under `config`, secrets under `secrets`",
            "vars": "name values with a `let` step; settings stand under `config`",
            "variables": "name values with a `let` step; settings stand under `config`",
            "on_error": "errors are handled by `catch`", "on_failure": "errors are handled by `catch`",
        ],
        "a step": [
            "name": "a step's name is its `id`", "run": "write `call: shell` with `script` or `argv` under `with`",
            "script": "write `call: shell` with `script` under `with`", "shell": "write `call: shell`, its inputs under `with`",
            "http": "write `call: http`, its inputs under `with`", "email": "write `call: email`, its inputs under `with`",
            "log": "write `call: log`, its inputs under `with`", "uses": "write `call`", "action": "write `call`",
            "type": "write `call`", "workflow": "write `invoke`",
            "needs": "steps run in the order they stand; for what runs side by side there is `parallel`",
            "depends_on": "steps run in the order they stand; for what runs side by side there is `parallel`",
            "when": "write `if`", "condition": "write `if`", "unless": "write `if: ${{ !(…) }}`",
            "else": "write a `switch` step: its first case with this `if`, its last case without one",
            "then": "write the steps under `steps`", "do": "write the steps under `steps`", "tasks": "write `steps`",
            "branches": "write `parallel`", "cases": "the cases are the steps under `switch`, each with an `if`",
            "loop": "write `foreach` for the items of a list, `repeat` for rounds", "for": "write `foreach`",
            "with_items": "write `foreach`", "while": "write `repeat` with `until` and `max`",
            "until": "it stands under `repeat`", "retries": "write `retry: 3`", "attempts": "write `retry: 3`",
            "on_error": "write `catch`", "on_failure": "write `catch`", "except": "write `catch`", "rescue": "write `catch`",
            "ensure": "write `finally`", "always": "write `finally`", "rollback": "write `compensate`",
            "undo": "write `compensate`",
            "set": "write `let`", "vars": "write `let`", "delay": "write `sleep`", "input": "inputs stand under `with`",
            "inputs": "inputs stand under `with`", "args": "inputs stand under `with`", "params": "inputs stand under `with`",
            "event": "write `wait: { event: … }`, or `emit: { event: … }` to send one",
        ],
    ]

    static let wait = ["event", "match", "where"]
    static let emit = ["event", "data"]
    static let fail = ["code", "message", "data", "retryable"]
    /// Of `sleep` and `timeout` where they are no duration.
    static let limit = ["until"]
    static let foreach = ["in", "as", "index", "key", "concurrency"]
    static let `repeat` = ["until", "max", "every", "initial"]
    static let retry = ["attempts", "delay", "backoff", "max_delay", "jitter", "errors", "timeout"]
    static let clause = ["errors", "if", "steps", "output"]

    static let catchups = ["none", "last", "all"]
    static let overlaps = ["allow", "skip", "replace"]
    static let overflows = ["queue", "reject", "replace"]
}
