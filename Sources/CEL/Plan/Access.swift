import Values

/// Reading fields and elements: `x.f`, `x[i]`, `x.?f`, `x[?i]`, `has(x.f)`.
enum Access {
    /// What is there under a key or index; `absent` when the container has no such element.
    enum Found {
        case value(Value)
        case absent(String)
    }

    static func field(_ name: String, of value: Value) throws(CallFailure) -> Found {
        switch value {
        case .map(let map): return map[name].map(Found.value) ?? .absent("there is no field '\(name)'")
        case .null: throw CallFailure("null has no field '\(name)'")
        default: throw CallFailure("\(value.kindPhrase) has no field '\(name)'")
        }
    }

    static func element(_ key: Value, of value: Value) throws(CallFailure) -> Found {
        switch value {
        case .list(let items):
            guard let index = try index(key) else { return .absent("the list has no element \(Display.text(key))") }
            if items.indices.contains(index) { return .value(items[index]) }
            return .absent("index \(index) is outside the list of \(items.count)")
        case .map(let map):
            guard let found = MapKey(lookup: key) else {
                if case .double = key { return .absent("the map has no key \(Display.text(key))") }
                throw CallFailure("\(key.kindPhrase) cannot be a key of a map")
            }
            return map[found].map(Found.value) ?? .absent("the map has no key \(Display.text(key))")
        default: throw CallFailure("\(value.kindPhrase) has no elements")
        }
    }

    /// Nil for numbers no list can have as an index.
    private static func index(_ key: Value) throws(CallFailure) -> Int? {
        switch key {
        case .int(let number): return Int(number)
        case .uint(let number): return Int(exactly: number)
        case .double(let number):
            guard let index = Int(exactly: number) else { throw CallFailure("\(Display.text(key)) is no index of a list") }
            return index
        default: throw CallFailure("\(key.kindPhrase) cannot be an index of a list")
        }
    }

    static func contains(_ item: Value, _ container: Value, _ run: Evaluation) throws(CallFailure) -> Bool {
        switch container {
        case .list(let items):
            for candidate in items {
                try run.charge(1)
                if try Comparison.equal(item, candidate, run) { return true }
            }
            return false
        case .map(let map):
            guard let key = MapKey(lookup: item) else { return false }
            return map[key] != nil
        default: throw CallFailure("expected a list or map after 'in', found \(container.kindPhrase)")
        }
    }
}
