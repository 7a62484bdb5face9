/// Where the random actions draw from; a simulation gives a seeded one.
package struct RandomSource: Sendable {
    /// 64 uniform bits.
    package var draw: @Sendable () -> UInt64

    package init(draw: @escaping @Sendable () -> UInt64) { self.draw = draw }

    package static let system = RandomSource {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

extension RandomSource: RandomNumberGenerator {
    package func next() -> UInt64 { draw() }
}
