import BuiltinActions
import Foundation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

@Suite struct EmailActionTests {
    /// Sends one mail; gives the result and the file.
    private func send(
        _ input: [String: Value], transport: ActionsConfiguration.Email.Transport = .stub
    ) async throws -> (result: ActionResult, mail: String) {
        var input = ValueMap(input.map { (MapKey.string($0.key), $0.value) })
        if input["to"] == nil { input["to"] = "ada@example.org" }
        if input["subject"] == nil { input["subject"] = "Hello" }
        if input["text"] == nil && input["html"] == nil { input["text"] = "Hi" }
        return try await Bench.run(transport: transport) { bench in
            let result = await bench.run("email", .map(input))
            return (
                result, (try? String(contentsOfFile: bench.folder + "/outbox/\(Bench.key.text).eml", encoding: .utf8)) ?? ""
            )
        }
    }

    @Test func `a mail is a file and a row`() async throws {
        let (result, mail) = try await send([
            "to": ["ada@example.org", "bob@example.org"], "cc": "cy@example.org", "text": "One\nTwo",
        ])
        #expect(result.value == ["id": .string("\(Bench.key.text)@localhost")])
        let row = try #require(result.emails.first)
        #expect(row.to == ["ada@example.org", "bob@example.org", "cy@example.org"] && row.subject == "Hello")
        #expect(row.file.hasSuffix("/outbox/\(Bench.key.text).eml"))
        #expect(
            mail
                == """
                Date: Tue, 14 Nov 2023 22:13:20 +0000
                From: wfrun@localhost
                To: ada@example.org, bob@example.org
                Cc: cy@example.org
                Subject: Hello
                Message-ID: <\(Bench.key.text)@localhost>
                MIME-Version: 1.0
                Auto-Submitted: auto-generated
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                One
                Two

                """.replacingOccurrences(of: "\n", with: "\r\n"))
    }

    @Test func `text and HTML are alternatives of one mail`() async throws {
        let (_, mail) = try await send(["text": "Hi", "html": "<p>Hi</p>"])
        let boundary = try #require(mail.components(separatedBy: "boundary=\"").last?.prefix { $0 != "\"" })
        #expect(mail.contains("Content-Type: multipart/alternative;"))
        #expect(mail.components(separatedBy: "--\(boundary)").count == 4 && mail.hasSuffix("--\(boundary)--\r\n"))
        #expect(mail.contains("text/plain") && mail.contains("text/html") && mail.contains("<p>Hi</p>"))
    }

    @Test func `text beyond ASCII is encoded and comes back whole`() async throws {
        let text = "Grüße aus München = schön  \n" + String(repeating: "ü", count: 100) + "\n.\nFrom here"
        let (_, mail) = try await send([
            "subject": "Bestellung für Jürgen – 10 € und noch viel mehr Text dahinter", "text": .string(text),
        ])
        let parts = mail.components(separatedBy: "\r\n\r\n")
        #expect(mail.utf8.allSatisfy { $0 < 0x80 })
        #expect(mail.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        let words = parts[0].components(separatedBy: "=?UTF-8?B?").dropFirst().compactMap {
            Data(base64Encoded: String($0.prefix { $0 != "?" }))
        }
        #expect(
            String(decoding: words.joined(), as: UTF8.self) == "Bestellung für Jürgen – 10 € und noch viel mehr Text dahinter")
        let body = parts[1].replacingOccurrences(of: "=\r\n", with: "").replacingOccurrences(of: "\r\n", with: "\n")
        #expect(
            body.replacingOccurrences(of: "=20", with: " ").replacingOccurrences(of: "=3D", with: "%3D").replacingOccurrences(
                of: "=", with: "%"
            ).removingPercentEncoding == text + "\n")
    }

    @Test func `a repeated attempt replaces its mail, another step adds one`() async throws {
        try await Bench.run { bench in
            let input: Value = ["to": "ada@example.org", "subject": "S", "text": "T"]
            _ = await bench.run("email", input)
            _ = await bench.run("email", input)
            _ = await bench.run("email", input, key: IdempotencyKey("0193a1b2-0000-8000-8000-00000000ffff"))
            let files = try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/outbox")
            #expect(files.count == 2)
        }
    }

    @Test func `mails are for their owner's eyes`() async throws {
        try await Bench.run { bench in
            let result = await bench.run("email", ["to": "ada@example.org", "subject": "S", "text": "T"])
            func mode(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            #expect(try mode(bench.folder + "/outbox") == 0o700)
            let file = try #require(result.emails.first).file
            #expect(try mode(file) == 0o600)
        }
    }

    @Test(
        "names go along with addresses",
        arguments: [
            ("Ada Lovelace <ada@example.org>", "To: Ada Lovelace <ada@example.org>"),
            ("\"Lovelace, Ada\" <ada@example.org>", "To: \"Lovelace, Ada\" <ada@example.org>"),
            ("Jürgen <j@example.org>", "To: =?UTF-8?B?SsO8cmdlbg==?= <j@example.org>"),
        ])
    func names(_ to: String, _ header: String) async throws {
        #expect(try await send(["to": .string(to)]).mail.contains(header + "\r\n"))
    }

    @Test(
        "what could become a header or a recipient of its own is rejected",
        arguments: [
            ["to": "ada@example.org\r\nBcc: eve@example.org"], ["to": "ada@example.org, eve@example.org"], ["to": "ada"],
            ["to": "@example.org"],
            ["to": "a@b@c"], ["to": "-oQ/tmp@example.org"], ["to": "a b@example.org"], ["to": "ada@exa_mple.org"],
            ["to": .list([])], ["to": 7],
            ["to": "Eve\u{2028}Bcc: x <ada@example.org>"], ["cc": "nobody"], ["from": "x\ny@example.org"],
            ["subject": "Hello\nBcc: eve@example.org"], ["subject": "Hello\u{0}"], ["template": "order-confirmed"],
        ] as [[String: Value]])
    func rejected(_ input: [String: Value]) async throws {
        let (result, mail) = try await send(input)
        #expect(result.failure?.code == "email.rejected" && result.failure?.isRetryable == false && mail.isEmpty)
    }

    @Test func `sendmail gets recipients as arguments and the mail as input`() async throws {
        try await Bench.run { outer in
            let program = outer.folder + "/sendmail"
            func install(_ script: String) throws {
                try "#!/bin/sh\n\(script)\n".write(toFile: program, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
            }
            try install("echo \"$@\" > \(outer.folder)/arguments; cat > \(outer.folder)/input")
            let (result, mail) = try await send(["cc": "cy@example.org"], transport: .sendmail(path: program))
            #expect(result.value?["id"] != nil)
            #expect(
                try String(contentsOfFile: outer.folder + "/arguments", encoding: .utf8)
                    == "-i -f wfrun@localhost -- ada@example.org cy@example.org\n")
            #expect(try String(contentsOfFile: outer.folder + "/input", encoding: .utf8) == mail)
            try install("exit 75")
            #expect(try await send([:], transport: .sendmail(path: program)).result.failure?.isRetryable == true)
            try install("exit 67")
            let failure = try await send([:], transport: .sendmail(path: program)).result.failure
            #expect(failure?.code == "email.rejected" && failure?.isRetryable == false)
        }
    }
}
