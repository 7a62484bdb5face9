package import Values

/// An event as it was sent, before it has a place in the order.
package struct NewEvent: Sendable, Equatable {
    /// Unique with `source`: the same pair again is the same event.
    package var id: String
    package var name: String
    package var source: String
    package var data: Value
    /// Length of the chain of `emit`s and triggers that led to it; 0 for one from outside.
    package var depth: Int

    package init(id: String, name: String, source: String, data: Value, depth: Int = 0) {
        self.id = id
        self.name = name
        self.source = source
        self.data = data
        self.depth = depth
    }
}

/// An event with the instances that triggers start for it, all or nothing. Nothing starts when the event is a duplicate.
package struct SentEvent: Sendable, Equatable {
    package var event: NewEvent
    /// Each `pending`; one that its gate rejects is not started, and named in the answer.
    package var starts: [NewInstance]

    package init(event: NewEvent, starts: [NewInstance] = []) {
        self.event = event
        self.starts = starts
    }
}

/// A row of `wf_event`.
package struct StoredEvent: Sendable, Equatable {
    package var sequence: EventSequence
    package var id: String
    package var name: String
    package var source: String
    package var time: Timestamp
    package var data: Value

    package init(sequence: EventSequence, id: String, name: String, source: String, time: Timestamp, data: Value) {
        self.sequence = sequence
        self.id = id
        self.name = name
        self.source = source
        self.time = time
        self.data = data
    }

    /// As `event` in expressions, and as the raw result of a wait.
    package var value: Value {
        [
            "id": .string(id), "name": .string(name), "source": .string(source), "time": .string(time.description),
            "data": data,
        ]
    }
}

/// The payload paths by which some wait matches events of a name; dotted, sorted. The empty set matches by name alone.
package struct MatchSet: Sendable, Hashable {
    package var event: String
    package var paths: [String]

    package init(event: String, paths: [String]) {
        self.event = event
        self.paths = paths.sorted { $0.precedesByCodePoint($1) }
    }

    /// The key under which an event with this payload is found by waits of this set; nil when a path is missing in it.
    package func key(ofPayload data: Value) -> MatchKey? {
        var values: [Value] = []
        for path in paths {
            var value = data
            for field in path.split(separator: ".") {
                guard let next = value[String(field)] else { return nil }
                value = next
            }
            values.append(value)
        }
        return key(ofValues: values)
    }

    /// The key of a wait for these values, one per path in the order of `paths`.
    package func key(ofValues values: [Value]) -> MatchKey {
        let names: Value = .list([.string(event), .list(paths.map(Value.string))])
        // Canonical JSON after normalisation: 1 and 1.0 are one value.
        let content: Value = .list([names, .list(values.map(JSON.normalised))])
        return MatchKey(digest: ContentDigest(of: content))
    }
}

/// An equality test of name, paths and values, as one indexed value.
package struct MatchKey: Sendable, Hashable {
    package var digest: ContentDigest
    package init(digest: ContentDigest) { self.digest = digest }
}

/// What a wait matches for one event name.
package struct EventMatch: Sendable, Hashable {
    package var event: String
    package var key: MatchKey

    package init(event: String, key: MatchKey) {
        self.event = event
        self.key = key
    }
}
