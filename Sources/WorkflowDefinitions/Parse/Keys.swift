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
