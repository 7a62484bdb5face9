import BuiltinActions
import Foundation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// What `shell` runs, in which surroundings, and what it makes of the result.
@Suite struct ShellActionTests {
    private func run(_ input: Value, shell: ActionsConfiguration.Shell = .init(allowRoot: true)) async throws -> ActionResult {
        try await Bench.run(shell: shell) { bench in await bench.run("shell", input) }
    }

    @Test func `argv runs a program without a shell`() async throws {
        let result = try await run(["argv": ["printf", "%s|", "a b", "$HOME", "*", ""]])
        #expect(
            result.value == ["code": 0, "stdout": "a b|$HOME|*||", "stderr": "", "truncated": false, "value": "a b|$HOME|*||"])
    }

    @Test func `a script runs in a shell and takes values from its environment`() async throws {
        let result = try await run(["script": "echo \"<$NAME>\" >&2; exec echo $((6 * 7))", "env": ["NAME": "a; rm -rf /"]])
        #expect(result.value?["value"] == "42" && result.value?["stderr"] == "<a; rm -rf />\n")
    }

    @Test func `the environment is clean`() async throws {
        setenv("WFRUN_TEST_CANARY", "seen", 1)
        let result = try await Bench.run { bench in
            await bench.run(
                "shell", ["argv": ["env"], "env": ["MINE": "1", "LANG": "C"], "parse": "lines"], key: IdempotencyKey("a-key"))
        }
        let lines = try #require(result.value?["value"]?.listValue).compactMap(\.stringValue)
        let names = lines.map { String($0.prefix { $0 != "=" }) }.sorted()
        #expect(names == ["HOME", "LANG", "MINE", "PATH", "WFRUN_STEP_ATTEMPT", "WFRUN_STEP_KEY"])
        #expect(lines.contains("WFRUN_STEP_KEY=a-key") && lines.contains("WFRUN_STEP_ATTEMPT=3") && lines.contains("LANG=C"))
    }

    @Test func `a command leads a session of its own and inherits nothing open`() async throws {
        let stat = try #require(try await run(["argv": ["cat", "/proc/self/stat"]]).value?["stdout"]?.stringValue)
        let fields = stat.split(separator: " ")
        #expect(fields[0] == fields[4] && fields[0] == fields[5])
        let open = try await run(["argv": ["ls", "/proc/self/fd"], "parse": "lines"]).value?["value"]
        #expect(open == ["0", "1", "2", "3"], "3 is the folder that ls reads")
    }

    @Test func `a fresh folder is private and gone afterwards`() async throws {
        try await Bench.run { bench in
            let result = await bench.run(
                "shell", ["script": "pwd; stat -c %a .; mkdir -p a/b; echo x > a/b/c", "parse": "lines"])
            let lines = try #require(result.value?["value"]?.listValue).compactMap(\.stringValue)
            #expect(lines[0].hasPrefix(bench.folder) && lines[1] == "700")
            #expect(!FileManager.default.fileExists(atPath: lines[0]))
            #expect(await bench.run("shell", ["argv": ["pwd"], "dir": "/usr"]).value?["value"] == "/usr")
        }
    }

    @Test func `standard input arrives whole, also when nobody reads it`() async throws {
        let text = String(repeating: "0123456789abcdef", count: 65_536)
        #expect(try await run(["argv": ["wc", "-c"], "stdin": .string(text)]).value?["value"] == "1048576")
        #expect(try await run(["argv": ["true"], "stdin": .string(text)]).value?["code"] == 0)
        #expect(try await run(["argv": ["cat"]]).value?["value"] == "")
    }

    @Test(
        "stdout is read as asked",
        arguments: [
            ("text", "a\nb\n\n", Value.string("a\nb\n")), ("lines", "a\n\nb\r\n", .list(["a", "", "b"])),
            ("lines", "", .list([])), ("lines", "x", .list(["x"])),
            ("json", "{\"a\": [1, 2.5]}\n", Value.map(["a": [1, 2.5]])), ("text", "", ""),
        ])
    func parse(_ parse: String, _ output: String, _ value: Value) async throws {
        let result = try await run(["argv": ["printf", "%s", .string(output)], "parse": .string(parse)])
        #expect(result.value?["value"] == value)
    }

    @Test func `stdout that is no JSON fails with what was printed`() async throws {
        let failure = try await run(["argv": ["echo", "oops"], "parse": "json"]).failure
        #expect(failure?.code == "schema" && failure?.data["stdout"] == "oops\n")
    }

    @Test func `another code than 0 is a failure with everything printed`() async throws {
        let failure = try await run(["script": "echo out; echo what went wrong >&2; exit 3"]).failure
        #expect(failure?.code == "shell.exit" && failure?.isRetryable == false && failure?.isUncertain == false)
        #expect(failure?.data == ["code": 3, "stdout": "out\n", "stderr": "what went wrong\n", "truncated": false])
        #expect(failure?.message == "the command ended with code 3: what went wrong")
    }

    @Test func `a signal is told apart from a code`() async throws {
        let failure = try await run(["script": "kill -SEGV $$"]).failure
        #expect(failure?.code == "shell.signal" && failure?.data["code"] == 139)
    }

    @Test(arguments: users)
    func `a command that cannot start says why`(user: String?) async throws {
        let shell = ActionsConfiguration.Shell(runAs: user, allowRoot: true)
        let missing = try await run(["argv": ["no-such-command-here"]], shell: shell).failure
        #expect(missing?.code == "shell.exit" && missing?.data["code"] == 127 && missing?.isUncertain == false)
        #expect(missing?.message == "there is no command 'no-such-command-here' in PATH")
        let path = try await run(["argv": ["/no/such/command"]], shell: shell).failure
        #expect(path?.data["code"] == 127 && path?.message == "there is no command '/no/such/command'")
        let file = try await run(["argv": ["/etc/passwd"]], shell: shell).failure
        #expect(file?.data["code"] == 126 && file?.message == "'/etc/passwd' cannot be executed")
        let folder = try await run(["argv": ["true"], "dir": "/no/such/folder"], shell: shell).failure
        #expect(folder?.data["code"] == 126 && folder?.message == "cannot enter the folder '/no/such/folder'")
    }

    /// The server's own, and another where that is possible.
    private static let users: [String?] = geteuid() == 0 && getpwnam("nobody") != nil ? [nil, "nobody"] : [nil]

    @Test(
        "input that cannot be meant is refused",
        arguments: [
            .map([:]), ["argv": .list([])], ["argv": [""]], ["argv": ["a\0b"]], ["argv": [["x"]]],
            ["argv": ["true"], "script": "true"],
            ["argv": ["true"], "env": ["A=B": "x"]], ["argv": ["true"], "env": ["1A": "x"]],
            ["argv": ["true"], "env": ["A": "x\0y"]],
            ["argv": ["true"], "parse": "xml"], ["argv": ["true"], "timeout": "never"], ["argv": ["true"], "dir": "/\0"],
        ] as [Value])
    func refused(_ input: Value) async throws { #expect(try await run(input).failure?.code == "schema") }

    @Test func `of much output the last part is kept`() async throws {
        let result = try await run(["script": "yes ä | head -c 10000001; echo end >&2"])
        let text = try #require(result.value?["stdout"]?.stringValue, "\(result.outcome)")
        #expect(
            text.utf8.count <= 256 * 1024 && text.utf8.count > 255 * 1024 && text.hasPrefix("ä\nä") || text.hasPrefix("\nä"))
        #expect(result.value?["truncated"] == true && result.value?["stderr"] == "end\n")
        let failure = try await run(["script": "yes | head -c 300000", "parse": "lines"]).failure
        #expect(failure?.code == "limit.output" && failure?.data["truncated"] == true)
    }

    @Test func `shell can be switched off, and is off for root`() async throws {
        let off = try await run(["argv": ["true"]], shell: .init(isEnabled: false, allowRoot: true)).failure
        #expect(off?.code == "shell.disabled" && off?.message.contains("actions.shell.enabled") == true)
        guard geteuid() == 0 else { return }
        let root = try await run(["argv": ["true"]], shell: .init()).failure
        #expect(root?.code == "shell.disabled" && root?.message.contains("WFRUN_ACTIONS_SHELL_ALLOW_ROOT=1") == true)
    }

    @Test(.enabled(if: geteuid() == 0 && getpwnam("nobody") != nil))
    func `commands run as the configured user`() async throws {
        let result = try await run(["script": "id -un; id -G; touch made; stat -c %U ."], shell: .init(runAs: "nobody"))
        let lines = try #require(result.value?["stdout"]?.stringValue).split(separator: "\n")
        #expect(lines.first == "nobody" && lines.last == "nobody" && !lines[1].split(separator: " ").contains("0"))
        #expect(throws: ActionsConfigurationError.self) {
            try BuiltinActions(configuration: .init(shell: .init(runAs: "no-such-user"), email: .init(outbox: "/tmp")))
        }
    }

    /// A thread that was beginning in the server at the moment of the `fork` must not matter.
    @Test(.enabled(if: geteuid() == 0 && getpwnam("nobody") != nil))
    func `commands start as another user while threads begin and end`() async throws {
        let threads = Task.detached {
            while !Task.isCancelled {
                Thread.detachNewThread {}
                await Task.yield()
            }
        }
        defer { threads.cancel() }
        try await Bench.run(shell: .init(runAs: "nobody")) { bench in
            for _ in 0..<100 { #expect(await bench.run("shell", ["argv": ["true"], "timeout": "1m"]).value?["code"] == 0) }
        }
    }
}
