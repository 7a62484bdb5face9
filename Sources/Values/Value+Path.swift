extension Value {
    /// The value at a path of field names.
    package func member(_ path: [String]) -> Value? {
        var value = self
        for name in path {
            guard let next = value[name] else { return nil }
            value = next
        }
        return value
    }

    /// With another value at a path of field names, along which maps are made.
    package func setting(_ path: ArraySlice<String>, to new: Value) -> Value {
        guard let name = path.first else { return new }
        var map = mapValue ?? [:]
        map[name] = (map[name] ?? [:]).setting(path.dropFirst(), to: new)
        return .map(map)
    }
}
