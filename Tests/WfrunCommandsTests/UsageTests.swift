import Testing
import WfrunCommands

@Suite("Usage")
struct UsageTests {
    @Test(arguments: [
        ["frob"], ["start"], ["list", "--limit", "0"], ["run"], ["run", "--resume", "a", "--set", "b=1"], ["show"],
        ["graph", "x", "--format", "svg"], ["result", "x", "--wait=soon"], ["serve", "--listen", "nowhere"],
        ["serve", "--durability", "none"], ["list", "--since", "yesterday"], ["cancel"],
    ])
    func `A wrong command line is 64 and says so on stderr`(arguments: [String]) async {
        let run = await CommandLineRun.of(arguments)
        #expect(run.code == 64)
        #expect(run.output.isEmpty)
        #expect(!run.talk.isEmpty)
    }

    @Test(arguments: [
        [], ["validate"], ["run"], ["serve"], ["start"], ["list"], ["show"], ["why"], ["history"], ["result"], ["cancel"],
        ["event"],
        ["event", "send"], ["graph"], ["explain"], ["eval"], ["check"], ["next"], ["schema"], ["version"],
    ])
    func `Every command has help with lines that fit a terminal`(command: [String]) async {
        let run = await CommandLineRun.of(command + ["--help"])
        #expect(run.code == 0)
        #expect(run.talk.isEmpty)
        #expect(run.output.contains("OVERVIEW:"))
        // The parser writes the synopsis as one line.
        for line in run.output.split(separator: "\n") where !line.hasPrefix("USAGE:") { #expect(line.count <= 80, "\(line)") }
    }

    @Test func `A diagnostic code is explained, a mistyped one corrected`() async {
        let explained = await CommandLineRun.of("explain", "wf0103")
        #expect(explained.code == 0)
        #expect(explained.output.hasPrefix("error[WF0103]: duplicate key\n\nA key stands twice"))
        #expect(explained.output.contains("\n\nWrong:\n\n  workflow: "))
        #expect(explained.output.contains("\n\nRight:\n\n  workflow: "))
        #expect(await CommandLineRun.of("explain", "--list").output.contains("\nWF1101  error  unknown key\n"))
        let unknown = await CommandLineRun.of("explain", "WF31044")
        #expect(unknown.code == 3)
        #expect(unknown.talk.contains("WF3104"))
        #expect(await CommandLineRun.of("explain").code == 64)
    }

    @Test func `The version is an answer`() async {
        #expect(await CommandLineRun.of("version").output == "wfrun \(wfrunVersion)\n")
        #expect(await CommandLineRun.of("version", "-o", "json").output == "{\"version\":\"\(wfrunVersion)\"}\n")
        #expect(await CommandLineRun.of("--version").output == "\(wfrunVersion)\n")
    }

    @Test(arguments: [
        ["list"], ["show", "@latest"], ["why", "@latest"], ["start", "hello"], ["event", "send", "a"], ["cancel", "x"],
        ["result", "x"],
    ])
    func `A server that is not there is 6 with what to do`(arguments: [String]) async {
        // Port 1 is a service nobody runs; connecting to it fails at once.
        let run = await CommandLineRun.of(arguments, environment: ["WFRUN_SERVER": "http://127.0.0.1:1", "WFRUN_TOKEN": "t"])
        #expect(run.code == 6)
        #expect(run.talk.contains("wfrun serve"))
    }

    @Test func `Only loopback addresses are served without a proxy`() async {
        let run = await CommandLineRun.of("serve", "--listen", "0.0.0.0:7999")
        #expect(run.code == 2)
        #expect(run.talk.contains("--behind-proxy"))
    }
}
