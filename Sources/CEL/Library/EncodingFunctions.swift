import Values

/// Base64, hexadecimal, URLs, JSON and digests.
enum EncodingFunctions {
    static let all: [Overload] = encoders + json + digests

    private static let encoders: [Overload] = [
        Overload("base64.encode(bytes) -> string") { arguments, run in
            try run.admit(bytes: arguments[0].asBytes.count / 3 * 4 + 4)
            return .string(Base64.encode(arguments[0].asBytes))
        },
        Overload("base64.encode(string) -> string", isWorkflowOnly: true) { arguments, run in
            try run.admit(bytes: arguments[0].asText.utf8.count / 3 * 4 + 4)
            return .string(Base64.encode(Array(arguments[0].asText.utf8)))
        },
        Overload("base64.decode(string) -> bytes") { arguments, run in
            try run.charge(bytes: arguments[0].asText.utf8.count)
            guard let bytes = Base64.decode(arguments[0].asText) else { throw CallFailure("this text is not base64") }
            return .bytes(bytes)
        },
        Overload("hex.encode(bytes) -> string") { arguments, run in
            try run.admit(bytes: arguments[0].asBytes.count * 2)
            return .string(Hex.encode(arguments[0].asBytes))
        },
        Overload("hex.encode(string) -> string", isWorkflowOnly: true) { arguments, run in
            try run.admit(bytes: arguments[0].asText.utf8.count * 2)
            return .string(Hex.encode(arguments[0].asText.utf8))
        },
        Overload("hex.decode(string) -> bytes") { arguments, run in
            try run.charge(bytes: arguments[0].asText.utf8.count)
            guard let bytes = Hex.decode(arguments[0].asText) else { throw CallFailure("this text is not hexadecimal") }
            return .bytes(bytes)
        },
        Overload("url.encode(string) -> string") { arguments, run in
            try run.admit(bytes: arguments[0].asText.utf8.count * 3)
            return .string(percentEncoded(arguments[0].asText))
        },
    ]

    /// RFC 3986 §2.3: every byte but the unreserved characters as `%XX`.
    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if isLetter(byte) || isDigit(byte) || byte == 0x2D || byte == 0x2E || byte == 0x7E {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let json: [Overload] = [
        Overload("json.parse(string) -> dyn") { arguments, run in
            let text = arguments[0].asText
            try run.charge(text.utf8.count / 4)
            do { return try JSON.parse(text) } catch { throw CallFailure("this text is not JSON: \(error)") }
        },
        Overload("json.text(dyn) -> string") { arguments, run in
            try run.admit(arguments[0])
            if let obstacle = JSON.obstacle(to: arguments[0]) { throw CallFailure("JSON has no form for \(obstacle)") }
            let bytes = JSON.bytes(arguments[0])
            try run.admit(bytes: bytes.count)
            return .string(String(decoding: bytes, as: UTF8.self))
        },
    ]

    private static let digests: [Overload] = [
        Overload("sha256(string) -> bytes", digest), Overload("sha256(bytes) -> bytes", digest),
        Overload("hmacSha256(string, string) -> bytes", hmac), Overload("hmacSha256(string, bytes) -> bytes", hmac),
        Overload("hmacSha256(bytes, string) -> bytes", hmac), Overload("hmacSha256(bytes, bytes) -> bytes", hmac),
    ]

    private static let digest: Overload.Body = { arguments, run in
        let bytes = octets(arguments[0])
        try run.charge(bytes.count / 4 + 16)
        return .bytes(SHA256.digest(bytes))
    }

    private static let hmac: Overload.Body = { arguments, run in
        let (key, message) = (octets(arguments[0]), octets(arguments[1]))
        try run.charge((key.count + message.count) / 4 + 64)
        return .bytes(SHA256.hmac(key: key, message: message))
    }

    private static func octets(_ value: Value) -> [UInt8] {
        if case .string(let text) = value { Array(text.utf8) } else { value.asBytes }
    }
}
