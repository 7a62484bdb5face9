/// Where the variables are in sight that wfrun provides only in some places (WF2105).
enum VariablePlaceRule {
    static let secrets = "in the `with` inputs of actions that take secrets"

    static func place(of name: String) -> String? {
        switch name {
        case "error": "in `catch`, `compensate` and `finally`"
        case "event": "in the `where` and `output` of a `wait`, and in event triggers"
        case "result": "in a step's `output`, and in `until` and `every`"
        case "previous": "in a `repeat` with `initial`"
        case "step": "in `with`, `match` and `data`"
        case "item": "in a `foreach`"
        case "schedule": "in the `input` of a cron trigger"
        case "secrets": secrets
        default: nil
        }
    }
}
