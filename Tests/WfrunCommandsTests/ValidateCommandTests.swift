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
