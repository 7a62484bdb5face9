import Values

/// The sets extension: lists taken as sets.
enum SetFunctions {
    static let all: [Overload] = [
        Overload("sets.contains(list(T), list(T)) -> bool") { arguments, run in
            .bool(try contains(arguments[0], arguments[1], run))
        },
        Overload("sets.equivalent(list(T), list(T)) -> bool") { arguments, run in
            .bool(try contains(arguments[0], arguments[1], run) && contains(arguments[1], arguments[0], run))
        },
        Overload("sets.intersects(list(T), list(T)) -> bool") { arguments, run in
            for item in arguments[1].asList where try Access.contains(item, arguments[0], run) { return true }
            return false
        },
    ]

    private static func contains(_ container: Value, _ items: Value, _ run: Evaluation) throws -> Bool {
        for item in items.asList where !(try Access.contains(item, container, run)) { return false }
        return true
    }
}
