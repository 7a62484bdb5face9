/// The SHA-256 of some content, by which definitions, configurations and inputs are named.
package struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    /// Takes a digest as it was stored; use `init(of:)` to compute one.
    package init(hex: String) { self.hex = hex }

    package init(of bytes: some Sequence<UInt8>) { hex = Hex.encode(SHA256.digest(bytes)) }

    /// Of a value's canonical JSON.
    package init(of value: Value) { self.init(of: JSON.bytes(value)) }

    package var description: String { hex }
}
