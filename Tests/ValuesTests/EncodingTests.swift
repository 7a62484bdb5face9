import Testing
import Values

@Suite struct EncodingTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 gives the digests of FIPS 180-4`(text: String, digest: String) {
        #expect(Hex.encode(SHA256.digest(text.utf8)) == digest)
        #expect(ContentDigest(of: text.utf8).hex == digest)
    }

    @Test func `A million letters hash the same in one piece and in many`() {
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(Hex.encode(SHA256.digest(repeatElement(UInt8(ascii: "a"), count: 1_000_000))) == digest)
        for length in 50...70 {
            let bytes = [UInt8](repeating: 7, count: length)
            var hash = SHA256()
            for byte in bytes { hash.update([byte]) }
            #expect(hash.finish() == SHA256.digest(bytes))
        }
    }

    /// RFC 4231.
    @Test(arguments: [
        ([UInt8](repeating: 0x0B, count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `HMAC gives the codes of RFC 4231`(key: [UInt8], message: String, code: String) {
        #expect(Hex.encode(SHA256.hmac(key: key, message: Array(message.utf8))) == code)
    }

    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `Base64 goes both ways, padded or not`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode(encoded.filter { $0 != "=" }) == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "Zh==", "Zm9v=", "Zm 9v", "Zm9-", "=", "Zg==Zg=="])
    func `What is no Base64 is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `All bytes survive Base64 and hexadecimal text`() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.decode("0aFF") == [10, 255])
        #expect(Hex.decode("abc") == nil)
        #expect(Hex.decode("0g") == nil)
    }
}
