import CEL
import Values

/// Values by slot.
struct Slots: SlotSource {
    var values: [Value] = []
    func value(ofSlot slot: Int) -> Value { values.indices.contains(slot) ? values[slot] : .null }
}
