package import Values

// What stores do of their own accord, in one wording and one order for all of them.

extension LogRow {
    /// An operator released a hold, or took back a pause that had not taken effect.
    package static func resumed(from hold: Hold?, reason: String?, at time: Timestamp) -> LogRow {
        manualAct(
            hold.map { "Resumed, was held '\($0.rawValue)'" } ?? "Resumed before the pause took effect", reason, hold, time)
    }

    /// An operator ended a held instance.
    package static func cancelledByForce(from hold: Hold, reason: String?, at time: Timestamp) -> LogRow {
        manualAct("\(forcedCancelWords) '\(hold.rawValue)', nothing was undone", reason, hold, time)
    }

    private static let forcedCancelWords = "Cancelled by force while held"

    /// What the line says if it is one of `cancelledByForce`.
    package var forcedCancel: (hold: Hold, reason: String?)? {
        guard key == nil, message.hasPrefix(Self.forcedCancelWords),
            let hold = data["hold"]?.stringValue.flatMap(Hold.init(rawValue:))
        else { return nil }
        return (hold, data["reason"]?.stringValue)
    }

    /// The server died while it worked on the instance, the n-th time without a transition in between.
    package static func crashed(_ count: Int, at time: Timestamp) -> LogRow {
        LogRow(
            time: time, level: "error", key: nil,
            message: "The server died while it worked on this instance (\(count) of \(JournalLimits.crashes) times).",
            data: ["crashes": .int(Int64(count))])
    }

    private static func manualAct(_ act: String, _ reason: String?, _ hold: Hold?, _ time: Timestamp) -> LogRow {
        LogRow(
            time: time, level: "warning", key: nil, message: reason.map { "\(act): \($0)" } ?? "\(act).",
            data: ["reason": reason.map(Value.string) ?? .null, "hold": hold.map { .string($0.rawValue) } ?? .null])
    }
}

extension CancelRequest {
    /// What `overflow: replace` asks of those whom a newer instance replaces.
    package static func replaced(by id: InstanceID) -> CancelRequest {
        CancelRequest(reason: "Replaced by instance \(id) under 'concurrency'.")
    }
}

extension CancelRequest {
    /// What `overlap: replace` asks of the instance that a trigger started last.
    package static func overlapped(by id: InstanceID) -> CancelRequest {
        CancelRequest(reason: "Replaced by instance \(id) of the same cron trigger.")
    }
}

extension Hold {
    /// Why an instance that crashed too often is held.
    package static let crashedTooOften =
        "the server died \(JournalLimits.crashes) times while it worked on this instance; look at the server's log, then resume or "
        + "cancel it by force"
}

extension PauseRequest {
    package var value: Value { ["reason": reason.map(Value.string) ?? .null] }
    package init(value: Value) { self.init(reason: value["reason"]?.stringValue) }
}

extension GateRequest {
    /// At least one: a limit that lets nobody in would be a queue for ever.
    package var places: Int { max(1, limit) }
}

extension ScheduleAdvance {
    /// What a store would otherwise have to write over: instants decided twice, a position that goes back.
    package var refusal: WriteOutcome.Refusal? {
        var last = expected
        for instant in firings.map(\.instant) {
            if let last, instant.microseconds <= last.microseconds { return .disorderedFirings }
            last = instant
        }
        let isInOrder = last.map { $0.microseconds <= position.microseconds } ?? true
        return isInOrder && firings.count <= JournalLimits.firingsPerCommit ? nil : .disorderedFirings
    }
}

extension NewInstance {
    /// As somebody else's start: keys belong to callers.
    package var withoutCallersKeys: NewInstance {
        var copy = self
        copy.callerKey = nil
        copy.request = nil
        return copy
    }
}

/// Whom a write has marked, each once, in order; the instance that the write is about counts its own marks.
package struct WokenInstances: Sendable {
    package private(set) var others: [InstanceKey] = []
    package private(set) var ownMarks: Int64 = 0
    private var seen: Set<InstanceKey> = []
    private let own: InstanceKey?

    package init(by own: InstanceKey? = nil) { self.own = own }

    package mutating func insert(_ key: InstanceKey) {
        if key == own {
            ownMarks += 1
        } else if seen.insert(key).inserted {
            others.append(key)
        }
    }
}
