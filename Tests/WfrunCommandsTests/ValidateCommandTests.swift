import Testing
import Values

@Suite("wfrun validate")
struct ValidateCommandTests {
    private let folder = TemporaryFolder()
    private static let good = "workflow: good\nsteps:\n  - { id: a, call: log, with: { message: hi } }\n"
    private static let bad = "workflow: bad\nsteps:\n  - { id: a, cal: log }\n"

    @Test func `A project without mistakes is 0`() async {
        folder.write("definitions/good.yaml", Self.good)
        let run = await CommandLineRun.of("validate", folder.file("definitions"))
        #expect(run.code == 0)
        #expect(run.output.isEmpty)
        #expect(run.talk.contains("no mistakes"))
    }

    @Test func `A mistake is 1, with its place`() async {
        folder.write("definitions/good.yaml", Self.good)
        let file = folder.write("definitions/bad.yaml", Self.bad)
        let run = await CommandLineRun.of("validate", "--definitions", folder.file("definitions"))
        #expect(run.code == 1)
        #expect(run.output.contains("--> \(file):3:"))
        #expect(run.output.contains("error[WF11"))
    }

    @Test func `Asked for one file, only its mistakes are shown`() async {
        let file = folder.write("definitions/good.yaml", Self.good)
        folder.write("definitions/bad.yaml", Self.bad)
        #expect(await CommandLineRun.of("validate", file).code == 0)
    }

    private static let waiting = """
        workflow: waiting
        events:
          asked: { id: string }
        steps:
          - id: answer
            wait: { event: asked, match: { id: a } }

        """

    @Test func `A warning is an error when strict, and nothing when left out`() async {
        folder.write("definitions/waiting.yaml", Self.waiting)
        let definitions = folder.file("definitions")
        let plain = await CommandLineRun.of("validate", definitions)
        #expect(plain.code == 0)
        #expect(plain.output.contains("warning[WF5107]"))
        let strict = await CommandLineRun.of("validate", definitions, "--strict")
        #expect(strict.code == 1)
        #expect(strict.output.contains("error[WF5107]"))
        let ignored = await CommandLineRun.of("validate", definitions, "--strict", "--ignore", "wf5107,WF2109")
        #expect(ignored.code == 0)
        #expect(ignored.output.isEmpty)
        #expect(await CommandLineRun.of("validate", definitions, "--ignore", "WF5").code == 64)
    }

    @Test func `An error that keeps a definition from being run is not left out`() async {
        folder.write("definitions/bad.yaml", Self.bad)
        #expect(await CommandLineRun.of("validate", folder.file("definitions"), "--ignore", "WF1101").code == 1)
    }

    @Test func `Severities are set per code and path`() async {
        let definitions = folder.file("definitions")
        folder.write("definitions/waiting.yaml", Self.waiting)
        let config = folder.write(
            "wfrun.yaml", "diagnostics: { WF5107: [error, { severity: off, paths: [\"\(definitions)/batch/**\"] }] }\n")
        #expect(await CommandLineRun.of("validate", definitions, "--config", config).code == 1)
        folder.write("wfrun.yaml", "diagnostics: { WF5107: { severity: off, paths: [\"\(definitions)/*\"] } }\n")
        let off = await CommandLineRun.of("validate", definitions, "--config", config)
        #expect(off.code == 0)
        #expect(off.output.isEmpty)
    }

    @Test func `Mistakes in the settings are named with their places`() async {
        folder.write("definitions/good.yaml", Self.good)
        let config = folder.write(
            "wfrun.yaml",
            "diagnostics:\n  WF5170: off\n  WF5107: never\n  WF2109: { paths: [a] }\n  WF2107: { severity: off, path: a }\n")
        let run = await CommandLineRun.of("validate", folder.file("definitions"), "--config", config)
        #expect(run.code == 2)
        for problem in [
            ":2:3: there is no diagnostic 'WF5170'; did you mean",
            ":3:11: the severity of 'WF5107' is one of off, info, warning, error",
            ":4:11: 'WF2109' needs a 'severity'", ":5:28: 'WF2107' takes 'severity' and 'paths', not 'path'",
        ] {
            #expect(run.talk.contains(problem), "\(run.talk)")
        }
    }

    @Test func `Programs get JSON`() async throws {
        folder.write("definitions/bad.yaml", Self.bad)
        let run = await CommandLineRun.of("validate", folder.file("definitions"), "--format", "json")
        #expect(run.code == 1)
        let document = try JSON.parse(run.output)
        #expect(document["diagnostics"]?.listValue?.first?["severity"] == "error")
        #expect(run.talk.isEmpty)
    }

    @Test func `A folder that is not there is 2, a file 3`() async {
        #expect(await CommandLineRun.of("validate", "--definitions", folder.file("nowhere")).code != 0)
        #expect(await CommandLineRun.of("validate", folder.file("nowhere.yaml")).code == 3)
    }

    @Test func `Links and oversized files are refused and named`() async {
        folder.write("definitions/good.yaml", Self.good)
        folder.write("definitions/large.yaml", String(repeating: "#", count: (1 << 20) + 1))
        let run = await CommandLineRun.of("validate", folder.file("definitions"))
        #expect(run.talk.contains("large.yaml is larger than 1 MiB"))
    }
}
