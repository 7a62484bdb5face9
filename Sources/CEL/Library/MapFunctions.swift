import Values

/// Functions of maps. Keys and values come in key order.
enum MapFunctions {
    static let all: [Overload] = [
        Overload("map(K, V).keys() -> list(K)") { arguments, run in
            try run.charge(arguments[0].asMap.count)
            return .list(arguments[0].asMap.keys.map(\.value))
        },
        Overload("map(K, V).values() -> list(V)") { arguments, run in
            try run.charge(arguments[0].asMap.count)
            return .list(Array(arguments[0].asMap.values))
        },
        // The argument's entries win.
        Overload("map(K, V).merge(map(K, V)) -> map(K, V)") { arguments, run in
            let (first, second) = (arguments[0].asMap, arguments[1].asMap)
            try run.charge(first.count + second.count)
            return .map(ValueMap((Array(first) + Array(second)).map { ($0.key, $0.value) }))
        },
    ]
}
