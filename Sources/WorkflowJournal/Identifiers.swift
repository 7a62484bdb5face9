package import Values

/// The name of an instance outside the store: a UUIDv7, so that ids sort by the time of their making.
package struct InstanceID: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Takes an id as it was stored or received; `isWellFormed` tells whether it can be one.
    package init(_ text: String) { self.text = text }

    /// RFC 9562 §5.7: 48 bits of milliseconds, then randomness given by the caller, who owns the source of it.
    package init(at time: Timestamp, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(max(0, time.microseconds / 1_000))
        var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * $0)) }
        bytes += (0..<2).map { UInt8(truncatingIfNeeded: random.0 >> UInt64(8 * $0)) }
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: random.1 >> UInt64(8 * $0)) }
        text = UUIDText.format(bytes, version: 7)
    }

    /// The child that an attempt at an `invoke` step starts: starting it twice is starting it once.
    package init(childOf parent: InstanceID, run: Int, step: MemoKey, attempt: Int) {
        text = UUIDText.derived(from: ["child", parent.text, String(run), step.text, String(attempt)])
    }

    /// The instance that an event starts through a trigger: at most one per event and trigger.
    package init(triggeredBy source: String, event id: String, workflow: String, trigger identity: String) {
        text = UUIDText.derived(from: ["trigger", source, id, workflow, identity])
    }

    /// The instance that a schedule starts at an instant: at most one.
    package init(firing instant: Timestamp, of schedule: ScheduleName) {
        text = UUIDText.derived(from: ["schedule", schedule.workflow, schedule.trigger, String(instant.microseconds)])
    }

    package static func isWellFormed(_ text: some StringProtocol) -> Bool { UUIDText.isWellFormed(text) }

    package var description: String { text }
}

/// The integer primary key of an instance inside the store; rows refer to instances by it.
package struct InstanceKey: Sendable, Hashable, Comparable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (lhs: InstanceKey, rhs: InstanceKey) -> Bool { lhs.number < rhs.number }
}

/// Which occurrence of a step: language.md §9. Unique within one run of an instance.
package struct MemoKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }
    package static func < (lhs: MemoKey, rhs: MemoKey) -> Bool { lhs.text.precedesByCodePoint(rhs.text) }
    package static func == (lhs: MemoKey, rhs: MemoKey) -> Bool { lhs.text.hasSameCodePoints(as: rhs.text) }
    package func hash(into hasher: inout Hasher) { text.hashCodePoints(into: &hasher) }

    /// Reserved keys carry `!`, which no step's key can: signals and delays.
    package static let cancelSignal = MemoKey("!cancel")
    package static let deadlineSignal = MemoKey("!deadline")
    package static let admittedSignal = MemoKey("!admitted")
    package static func retriedSignal(run: Int) -> MemoKey { MemoKey("!retried#\(run)") }
    package var isRetriedSignal: Bool { text.hasPrefix("!retried#") }
    package var timeout: MemoKey { MemoKey(text + "!timeout") }
    package var isReserved: Bool { text.utf8.contains(UInt8(ascii: "!")) }

    /// The step whose timeout this key stands for, if it does.
    package var stepOfTimeout: MemoKey? {
        text.hasSuffix("!timeout") ? MemoKey(String(text.dropLast("!timeout".count))) : nil
    }
}

/// Identifies one effect to the other side over all tries at it: language.md §9 `step.key`.
package struct IdempotencyKey: Sendable, Hashable, CustomStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }

    /// A UUIDv8 of the SHA-256 of instance, number of `continue_as_new`, place (the memo key without any `~n`) and how often
    /// that place has completed before.
    package init(instance: InstanceID, continuations: Int, place: String, occurrence: Int) {
        let parts = [instance.text, String(continuations), place, String(occurrence)]
        text = UUIDText.derived(from: parts)
    }
}

/// The place of an event in the total order of acceptance.
package struct EventSequence: Sendable, Hashable, Comparable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package static func < (lhs: EventSequence, rhs: EventSequence) -> Bool { lhs.number < rhs.number }
    package static let none = EventSequence(0)
}

/// Ids of events that steps send.
package enum EventIdentifier {
    /// The same step of the same run sends one event, however often it is tried.
    package static func emitted(by instance: InstanceID, run: Int, step: MemoKey) -> String {
        UUIDText.derived(from: ["event", instance.text, String(run), step.text])
    }

    /// The source of events that steps send; nobody else may use it.
    package static let ownSource = "wfrun"
}

/// One period in which a node had the store open; claims of an earlier one are void.
package struct Epoch: Sendable, Hashable {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
}

/// UUIDs as text, without Foundation.
package enum UUIDText {
    package static func format(_ bytes: [UInt8], version: UInt8) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.prefix(16).enumerated() {
            let byte = index == 6 ? byte & 0x0F | version << 4 : index == 8 ? byte & 0x3F | 0x80 : byte
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(Hex.digits[Int(byte >> 4)])
            text.append(Hex.digits[Int(byte & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A UUIDv8 of the SHA-256 of the parts, each ended by a zero byte so that parts cannot run together.
    package static func derived(from parts: [String]) -> String {
        var bytes: [UInt8] = []
        for part in parts {
            bytes.append(contentsOf: part.utf8)
            bytes.append(0)
        }
        return format(SHA256.digest(bytes), version: 8)
    }

    package static func isWellFormed(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return false }
        return bytes.indices.allSatisfy { index in
            switch index {
            case 8, 13, 18, 23: bytes[index] == UInt8(ascii: "-")
            default: (0x30...0x39).contains(bytes[index]) || (0x61...0x66).contains(bytes[index])
            }
        }
    }
}
