/// A key of a map: CEL allows booleans, integers and strings.
package enum MapKey: Sendable, Hashable, Comparable {
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case string(String)

    /// Numeric keys are one number line whatever their kind, as CEL's map access has it; strings compare by code point.
    package static func == (lhs: MapKey, rhs: MapKey) -> Bool {
        switch (lhs, rhs) {
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.uint(let a), .uint(let b)): a == b
        case (.int(let a), .uint(let b)), (.uint(let b), .int(let a)): a >= 0 && UInt64(a) == b
        case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
        case (.bool, _), (.int, _), (.uint, _), (.string, _): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .uint(let value):
            if let signed = Int64(exactly: value) { hasher.combine(signed) } else { hasher.combine(value) }
        case .string(let value): value.hashCodePoints(into: &hasher)
        }
    }

    /// Booleans before numbers before strings.
    package static func < (lhs: MapKey, rhs: MapKey) -> Bool {
        switch (lhs, rhs) {
        case (.bool(let a), .bool(let b)): !a && b
        case (.int(let a), .int(let b)): a < b
        case (.uint(let a), .uint(let b)): a < b
        case (.int(let a), .uint(let b)): a < 0 || UInt64(a) < b
        case (.uint(let a), .int(let b)): b >= 0 && a < UInt64(b)
        case (.string(let a), .string(let b)): a.precedesByCodePoint(b)
        case (.bool, _): true
        case (.int, .string), (.uint, .string): true
        case (.int, .bool), (.uint, .bool), (.string, _): false
        }
    }

    package var value: Value {
        switch self {
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .uint(let value): .uint(value)
        case .string(let value): .string(value)
        }
    }
}

/// A map that iterates in key order, whatever order it was built in: evaluation must not depend on hashing.
package struct ValueMap: Sendable, Hashable {
    package typealias Entry = (key: MapKey, value: Value)

    /// Sorted by key, keys unique.
    private var storage: [Slot]

    private struct Slot: Sendable, Hashable {
        var key: MapKey
        var value: Value
    }

    package init() { storage = [] }

    /// Of several entries with one key the last one stays.
    package init(_ entries: some Sequence<(MapKey, Value)>) {
        storage = entries.map { Slot(key: $0.0, value: $0.1) }
        normalise()
    }

    package init(_ entries: some Sequence<(String, Value)>) {
        self.init(entries.map { (MapKey.string($0.0), $0.1) })
    }

    private mutating func normalise() {
        var isSorted = true
        for index in storage.indices.dropFirst() where !(storage[index - 1].key < storage[index].key) {
            isSorted = false
            break
        }
        if isSorted { return }
        // A stable order by position keeps "the last one stays" true for equal keys.
        let ordered = storage.enumerated().sorted {
            $0.element.key == $1.element.key ? $0.offset < $1.offset : $0.element.key < $1.element.key
        }
        storage.removeAll(keepingCapacity: true)
        for (_, element) in ordered {
            if let last = storage.last, last.key == element.key {
                storage[storage.count - 1] = element
            } else {
                storage.append(element)
            }
        }
    }

    private func position(of key: MapKey) -> (index: Int, found: Bool) {
        var low = 0
        var high = storage.count
        while low < high {
            let middle = (low + high) / 2
            if storage[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return (low, low < storage.count && storage[low].key == key)
    }

    package subscript(_ key: MapKey) -> Value? {
        get {
            let (index, found) = position(of: key)
            return found ? storage[index].value : nil
        }
        set {
            let (index, found) = position(of: key)
            switch (newValue, found) {
            case (let value?, true): storage[index].value = value
            case (let value?, false): storage.insert(Slot(key: key, value: value), at: index)
            case (nil, true): storage.remove(at: index)
            case (nil, false): break
            }
        }
    }

    package subscript(_ key: String) -> Value? {
        get { self[MapKey.string(key)] }
        set { self[MapKey.string(key)] = newValue }
    }

    package var keys: some Sequence<MapKey> { storage.lazy.map(\.key) }
    package var values: some Sequence<Value> { storage.lazy.map(\.value) }
}

extension ValueMap: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { storage.count }
    package subscript(position: Int) -> Entry { (storage[position].key, storage[position].value) }
}

extension ValueMap: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements.map { (MapKey.string($0.0), $0.1) })
    }
}
