/// What editors say about a key: one or two sentences each (language.md §1–2).
enum LanguageWords {
    static func description(of key: String, in topic: String) -> String? { words[topic]?[key] }

    static let words: [String: [String: String]] = [
        "definition": definition, "trigger": trigger, "concurrency": concurrency, "retention": retention, "step": step,
        "wait": wait, "emit": emit, "fail": fail, "limit": limit, "foreach": foreach, "repeat": repetition, "retry": retry,
        "clause": clause,
    ]

    private static let definition = [
        "workflow": "The name of a workflow, equal to its path: definitions/billing/dunning.yaml is billing.dunning.",
        "action": "The name of a reusable action, called by steps; it runs inside its caller's instance.",
        "description": "For people; shown by list, explain and in documentation.",
        "dsl": "Version of the language. 1, and 1 is the default.",
        "input":
            "What the caller must pass, field by field. Unknown fields are rejected, missing ones are errors, defaults are filled in.",
        "returns": "The declared type of the output; inferred without it.",
        "types": "Named types for this file. Names begin with a capital letter.",
        "events": "Payload types of the events this file waits for, emits or is triggered by.",
        "config": "Deployment settings; resolved and kept when the instance starts.",
        "secrets": "Names of the secrets this file may use. Read at each call, never stored.",
        "labels": "Searchable fields of an instance, evaluated once when it starts, over input and config.",
        "triggers": "What starts instances beside the API and the command line: cron schedules and events.",
        "concurrency": "How many instances may be active at once.",
        "timeout": "Limit of a run; when it is over, the run unwinds and ends as timed_out.",
        "retention": "How long ended instances are kept.",
        "steps": "The body: steps, one after another.",
        "output": "The result, if no return ran. Without it null.",
        "catch": "Handles an error that escaped the steps.",
        "finally": "Steps that run last, whatever happened.",
    ]

    private static let trigger = [
        "cron": "Minute, hour, day, month, weekday; names, lists, ranges and steps; or @hourly ... @yearly.",
        "timezone": "IANA name of the time zone of the schedule. Default UTC.",
        "catchup": "Firings missed while no server ran: none, the last one (default), or all (at most 100).",
        "overlap": "What a firing does while the previous instance is still active: allow, skip (default) or replace.",
        "event": "Start one instance for each matching event: a name or a list of names.",
        "where": "Filter over the event; 'event' is in scope.",
        "input": "The workflow's input. In scope: schedule.time or event, and config.",
    ]

    private static let concurrency = [
        "key": "Instances with the same key share the limit; over input. Default: all of the workflow.",
        "limit": "How many may be active. Default 1.",
        "overflow": "What happens to more: queue (default), reject, or replace the oldest.",
    ]

    private static let retention = [
        "completed": "How long completed instances are kept.",
        "failed": "How long failed instances are kept.",
        "cancelled": "How long cancelled instances are kept.",
        "timed_out": "How long instances that timed out are kept.",
    ]

    private static let step = [
        "id": "The step's name, unique in the file: lower-case letters, digits and '_'.",
        "call": "Run an action: built-in, of the standard library, or the project's. Its result is recorded.",
        "invoke": "Start another workflow and wait for its end.",
        "wait": "Suspend until a matching event; the output is its data.",
        "sleep": "Suspend for a duration, or until an instant with {until: ...}.",
        "emit": "Send an event; it wakes waits and triggers.",
        "let": "Name values; costs nothing, records nothing.",
        "steps": "A group: steps one after another. Its output is null unless 'output' says otherwise.",
        "parallel": "Branches, all at once. The first failure stops the others. The output has each branch's under its id.",
        "switch": "Cases: the first whose 'if' is true runs; only the last may have no 'if'.",
        "fail": "Raise an error, or raise the caught one again with ${{ error }}.",
        "return": "End this workflow or action with this output.",
        "continue_as_new": "End this run and begin the next one of the same instance with this input and an empty journal.",
        "with": "The input of the action or workflow.",
        "detach": "Do not wait for the workflow; the output is {instanceId}.",
        "description": "For people.",
        "if": "Skip the step when false; its output is then null.",
        "foreach": "Once for each item of a list; the output is the list of outputs in the same order.",
        "repeat": "Run until a condition holds, at most 'max' times.",
        "retry": "Try again after errors that are retryable; a number is the attempts in all.",
        "timeout": "Limit of the whole step: all items, rounds and attempts. Raises the error 'timeout' at this step.",
        "at_most_once": "An attempt that was interrupted by a crash is never repeated; the step then fails with 'interrupted'.",
        "output": "Replaces the step's output. 'result' is the raw one.",
        "returns": "The type of the output; checked when it arrives.",
        "catch": "Handles errors of this step: one clause or a list, the first that matches.",
        "compensate": "How to undo this step: registered when it completes, run when the instance unwinds.",
        "finally": "Steps that run after success, failure, catch or stop.",
    ]

    private static let wait = [
        "event": "The name of the event, or a list of names.",
        "match": "Fields of the payload (paths) with the values they must have.",
        "where": "A condition over 'event', tested on what 'match' finds.",
    ]

    private static let emit = ["event": "The name of the event.", "data": "Its payload, as declared under 'events'."]

    private static let fail = [
        "code": "The error's code: parts joined by dots, such as order.not_found.",
        "message": "For people.",
        "data": "Anything a catch clause may want to know.",
        "retryable": "Whether a retry around may try again. Default false.",
    ]

    private static let limit = ["until": "An instant: a timestamp."]

    private static let foreach = [
        "in": "The list.",
        "as": "The variable that holds the item. Default 'item'.",
        "index": "A variable for the item's position; there is none unless it is named.",
        "key": "What tells the items apart, unique. Default: the position.",
        "concurrency": "How many items at once. Default 1.",
    ]

    private static let repetition = [
        "until": "Stop when this is true; 'result' is this round's output.",
        "max": "At most this many rounds; then the error 'limit.repeat'.",
        "every": "Sleep between rounds. Default 0s.",
        "initial": "The first round's 'previous': makes the loop a fold.",
    ]

    private static let retry = [
        "attempts": "Attempts in all. Default 3.",
        "delay": "Before the second attempt. Default 1s.",
        "backoff": "Factor from one delay to the next. Default 2; 1 is constant.",
        "max_delay": "Longest delay. Default 5m.",
        "jitter": "Shorten each delay by up to half at random. Default true.",
        "errors": "Codes to retry, '*' at the end for any rest. Default: errors that are retryable.",
        "timeout": "Limit of one attempt.",
    ]

    private static let clause = [
        "errors": "Codes this clause is for, '*' at the end for any rest. Default: all.",
        "if": "A condition over 'error'.",
        "steps": "What to do.",
        "output": "The output of the step in place of the failed one. Default null.",
    ]
}
