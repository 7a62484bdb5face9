/// `hostname` (RFC 1123 §2.1, with the A-labels of RFC 5890) and `idn-hostname` (RFC 5890 §2.3.2.3).
enum HostFormats {
    private static let maximumLabel = 63
    private static let maximumName = 253

    static func isHostname(_ text: String) -> Bool {
        guard text.utf8.count <= maximumName else { return false }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { isASCIILabel(String(Substring($0))) }
    }

    /// Full stops of other scripts separate labels too.
    static func isInternationalHostname(_ text: String) -> Bool {
        let labels = text.unicodeScalars.split(omittingEmptySubsequences: false) { scalar in
            [0x2E, 0x3002, 0xFF0E, 0xFF61].contains(scalar.value)
        }
        var length = labels.count - 1
        for label in labels {
            let scalars = Array(label)
            if scalars.allSatisfy(\.isASCII) {
                guard isASCIILabel(String(String.UnicodeScalarView(scalars))) else { return false }
                length += scalars.count
            } else {
                guard InternationalLabel.isValid(scalars), let encoded = Punycode.encoded(scalars) else { return false }
                let labelLength = encoded.utf8.count + 4
                guard labelLength <= maximumLabel else { return false }
                length += labelLength
            }
        }
        return length <= maximumName
    }

    private static func isASCIILabel(_ label: String) -> Bool {
        let bytes = Array(label.utf8)
        guard (1...maximumLabel).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-"),
            bytes.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") })
        else { return false }
        guard bytes.count >= 4, bytes[2] == UInt8(ascii: "-"), bytes[3] == UInt8(ascii: "-") else { return true }
        // Reserved: of labels with hyphens there, only the encoded international ones are names.
        guard bytes[0] | 0x20 == UInt8(ascii: "x"), bytes[1] | 0x20 == UInt8(ascii: "n"),
            let decoded = Punycode.decoded(Array(bytes.dropFirst(4)))
        else { return false }
        return decoded.contains { !$0.isASCII } && InternationalLabel.isValid(decoded)
    }
}

/// Punycode, RFC 3492.
enum Punycode {
    private static let base = 36
    private static let lowest = 1
    private static let highest = 26

    static func decoded(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        var output: [Unicode.Scalar] = []
        var index = 0
        if let hyphen = bytes.lastIndex(of: UInt8(ascii: "-")) {
            output = bytes[..<hyphen].map { Unicode.Scalar($0) }
            index = hyphen + 1
        }
        var code = 128
        var position = 0
        var bias = 72
        guard index < bytes.count else { return nil }
        while index < bytes.count {
            let start = position
            var weight = 1
            var k = base
            while true {
                guard index < bytes.count, let digit = value(of: bytes[index]), position < 1 << 31, weight < 1 << 31 else {
                    return nil
                }
                index += 1
                position += digit * weight
                let threshold = min(max(k - bias, lowest), highest)
                if digit < threshold { break }
                weight *= base - threshold
                k += base
            }
            bias = adapted(position - start, count: output.count + 1, isFirst: start == 0)
            code += position / (output.count + 1)
            position %= output.count + 1
            guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else { return nil }
            output.insert(scalar, at: position)
            position += 1
        }
        return output
    }

    static func encoded(_ scalars: [Unicode.Scalar]) -> String? {
        guard scalars.count <= 256 else { return nil }
        var output = scalars.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var handled = basic
        var code: UInt32 = 128
        var delta = 0
        var bias = 72
        while handled < scalars.count {
            guard let next = scalars.lazy.map(\.value).filter({ $0 >= code }).min() else { return nil }
            delta += Int(next - code) * (handled + 1)
            code = next
            for scalar in scalars {
                if scalar.value < code { delta += 1 }
                guard scalar.value == code else { continue }
                appendNumber(delta, bias: bias, to: &output)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func appendNumber(_ number: Int, bias: Int, to output: inout [UInt8]) {
        var rest = number
        var k = base
        while true {
            let threshold = min(max(k - bias, lowest), highest)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            k += base
        }
        output.append(digit(rest))
    }

    private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var k = 0
        while delta > (base - lowest) * highest / 2 {
            delta /= base - lowest
            k += base
        }
        return k + (base - lowest + 1) * delta / (delta + 38)
    }

    private static func value(of byte: UInt8) -> Int? {
        if byte.isLetter { return Int(byte | 0x20) - 0x61 }
        return byte.isDigit ? Int(byte) - 0x30 + 26 : nil
    }

    private static func digit(_ value: Int) -> UInt8 { UInt8(value < 26 ? 0x61 + value : 0x30 + value - 26) }
}
