import Values
import WorkflowEngine
import WorkflowJournal

/// `random.uuid`: RFC 9562 §5.4.
enum RandomUUIDAction {
    static func handler(_ random: RandomSource) -> ActionHandler {
        ActionHandler(name: "random.uuid", body: .inline { _ in ActionResult(.success(.string(uuid(random)))) })
    }

    private static func uuid(_ random: RandomSource) -> String {
        let (high, low) = (random.draw(), random.draw())
        let bytes = [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
        return UUIDText.format(bytes, version: 4)
    }
}
