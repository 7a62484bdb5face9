/// What secrets look like.
enum SecretShapes {
    /// Bytes of the shortest shape.
    static let shortest = 12

    private struct Shape {
        var prefix: [UInt8]
        /// Word characters after the prefix, at least.
        var minimum: Int
        var kind: String

        init(_ prefix: String, _ minimum: Int, _ kind: String) {
            self.prefix = Array(prefix.utf8)
            self.minimum = minimum
            self.kind = kind
        }
    }

    private static let shapes: [Shape] = [
        Shape("ghp_", 36, "a GitHub token"), Shape("gho_", 36, "a GitHub token"), Shape("ghu_", 36, "a GitHub token"),
        Shape("ghs_", 36, "a GitHub token"), Shape("github_pat_", 22, "a GitHub token"), Shape("glpat-", 20, "a GitLab token"),
        Shape("xoxb-", 20, "a Slack token"), Shape("xoxp-", 20, "a Slack token"), Shape("sk_live_", 16, "a Stripe key"),
        Shape("rk_live_", 16, "a Stripe key"), Shape("AKIA", 16, "an AWS access key"), Shape("ASIA", 16, "an AWS access key"),
        Shape("AIza", 35, "a Google API key"), Shape("npm_", 36, "an npm token"), Shape("hvs.", 24, "a Vault token"),
        Shape("sk-ant-", 20, "an API key"), Shape("sk-proj-", 20, "an API key"), Shape("wfr_", 32, "a token of wfrun"),
    ]
    private static let keyHeader = Array("-----BEGIN ".utf8)
    private static let keyWord = Array("PRIVATE KEY-----".utf8)

    static func found(in text: String) -> [(kind: String, range: Range<Int>)] {
        let bytes = Array(text.utf8)
        var found: [(String, Range<Int>)] = []
        var index = 0
        while index < bytes.count {
            guard index == 0 || !continues(bytes[index - 1]), let (kind, end) = shape(at: index, in: bytes) else {
                index += 1
                continue
            }
            found.append((kind, index..<end))
            index = end
        }
        return found
    }

    private static func shape(at start: Int, in bytes: [UInt8]) -> (String, Int)? {
        for shape in shapes where shape.prefix[0] == bytes[start] && bytes[start...].starts(with: shape.prefix) {
            let end = wordEnd(bytes, from: start + shape.prefix.count)
            if end - start - shape.prefix.count >= shape.minimum { return (shape.kind, end) }
        }
        if bytes[start] == keyHeader[0], bytes[start...].starts(with: keyHeader) {
            let line = bytes[start...].prefix(80).prefix { $0 != 0x0A }
            if line.count > keyWord.count, line.reversed().drop(while: { $0 == 0x20 }).starts(with: keyWord.reversed()) {
                return ("a private key", line.endIndex)
            }
        }
        return webToken(at: start, in: bytes) ?? password(at: start, in: bytes)
    }

    /// A JSON Web Token: three parts in base64url, the first beginning with `{"`.
    private static func webToken(at start: Int, in bytes: [UInt8]) -> (String, Int)? {
        guard bytes[start...].starts(with: "eyJ".utf8) else { return nil }
        var end = start
        for part in 0..<3 {
            let next = wordEnd(bytes, from: end)
            guard next - end >= 8 else { return nil }
            end = next
            guard part < 2 else { break }
            guard end < bytes.count, bytes[end] == UInt8(ascii: ".") else { return nil }
            end += 1
        }
        return ("a JSON Web Token", end)
    }

    /// `scheme://user:password@`.
    private static func password(at start: Int, in bytes: [UInt8]) -> (String, Int)? {
        let scheme = wordEnd(bytes, from: start)
        guard scheme > start, bytes[scheme...].starts(with: "://".utf8) else { return nil }
        let authority = bytes[(scheme + 3)...].prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "$") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
            let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":")), colon > authority.startIndex, at > colon + 1
        else { return nil }
        return ("a URL with a password", at)
    }

    // MARK: Telling keys

    private static let tellingKeys: Set<String> = [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "clientsecret",
        "accesstoken", "refreshtoken", "bearer", "authorization", "xapikey", "xauthtoken", "credential", "credentials",
    ]

    static func isTelling(_ key: String) -> Bool {
        tellingKeys.contains(key.lowercased().filter { $0 != "_" && $0 != "-" })
    }

    /// The part of a text that looks drawn at random: long, one word, many different characters.
    static func random(_ text: String) -> Range<Int>? {
        let bytes = Array(text.utf8)
        guard !bytes.contains(UInt8(ascii: "$")), !bytes.contains(UInt8(ascii: "{")) else { return nil }
        var start = 0
        for scheme in ["Bearer ", "Basic ", "Token "] where bytes.starts(with: scheme.utf8) { start = scheme.utf8.count }
        let word = bytes[start...]
        guard word.count >= shortest, word.allSatisfy({ $0 > 0x20 }), hasMixedCharacters(word), entropy(word) >= 3.2 else {
            return nil
        }
        return start..<bytes.count
    }

    /// Letters alone make names.
    private static func hasMixedCharacters(_ word: ArraySlice<UInt8>) -> Bool {
        word.contains { (0x30...0x39).contains($0) } && word.contains { (0x61...0x7A).contains($0 | 0x20) }
    }

    /// Bits per byte.
    private static func entropy(_ word: ArraySlice<UInt8>) -> Double {
        var counts = [Int](repeating: 0, count: 256)
        for byte in word { counts[Int(byte)] += 1 }
        return counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / Double(word.count)
            return sum - share * binaryLogarithm(share)
        }
    }

    /// Of a number in (0, 1]; a few places are enough, and this module has no Foundation.
    private static func binaryLogarithm(_ value: Double) -> Double {
        var mantissa = value.significand
        var result = Double(value.exponent)
        var bit = 0.5
        for _ in 0..<20 {
            mantissa *= mantissa
            if mantissa >= 2 {
                mantissa /= 2
                result += bit
            }
            bit /= 2
        }
        return result
    }

    // MARK: Bytes

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    /// No shape begins behind such a byte, so that each of them is looked at once.
    private static func continues(_ byte: UInt8) -> Bool { isWord(byte) || byte == UInt8(ascii: "-") }

    private static func wordEnd(_ bytes: [UInt8], from start: Int) -> Int {
        var end = start
        while end < bytes.count, continues(bytes[end]) { end += 1 }
        return end
    }

}
