/// Reads the fixed forms of formats byte by byte.
struct TextReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { index == bytes.count }
    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func take(_ characters: Unicode.Scalar...) -> Bool {
        guard let next, characters.contains(where: { $0.value == UInt32(next) }) else { return false }
        index += 1
        return true
    }

    mutating func take(where matches: (UInt8) -> Bool) -> UInt8? {
        guard let next, matches(next) else { return nil }
        index += 1
        return next
    }

    /// The number that exactly `count` digits make.
    mutating func number(digits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = take(where: \.isDigit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }

    /// How many digits were skipped.
    mutating func skipDigits() -> Int {
        let start = index
        while next?.isDigit == true { index += 1 }
        return index - start
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
    var isHexadecimal: Bool { isDigit || (0x61...0x66).contains(self | 0x20) }
}
