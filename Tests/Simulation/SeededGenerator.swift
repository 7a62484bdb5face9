/// SplitMix64: all randomness of a run comes from one of these, begun with the seed that is printed.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// What the generator was begun with.
    package let seed: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x2545_F491_4F6C_DD1D
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// From 0 to one less than `bound`; 0 when there is nothing to choose from.
    package mutating func below(_ bound: Int) -> Int {
        bound <= 1 ? 0 : Int(next() % UInt64(bound))
    }

    package mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// True in `permille` of a thousand cases.
    package mutating func chance(_ permille: Int) -> Bool { below(1_000) < permille }

    package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// A generator of its own for one subject: what it draws does not depend on what others draw meanwhile.
    package static func derived(_ seed: UInt64, _ subject: String) -> SeededGenerator {
        var bits = seed ^ 0xCBF2_9CE4_8422_2325
        for byte in subject.utf8 { bits = (bits ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return SeededGenerator(seed: bits)
    }
}
