import Testing
import Values

@Suite("wfrun run and the commands that read its database")
struct RunCommandTests {
    private let folder = TemporaryFolder()
    private let database: String

    init() {
        database = folder.file("run.db")
        folder.write(
            "definitions/greet.yaml",
            """
            workflow: greet
            input: { name: string, times: integer = 1 }
            steps:
              - { id: say, call: log, with: { message: "Hello ${{ input.name }}" } }
            output: { name: "${{ input.name }}", times: "${{ input.times }}" }
            """)
        folder.write(
            "definitions/refuse.yaml",
            """
            workflow: refuse
            steps:
              - { id: no, fail: { code: shop.closed, message: the shop is closed } }
            """)
        folder.write(
            "definitions/ask.yaml",
            """
            workflow: ask
            config: { shopUrl: uri }
            steps:
              - { id: say, call: log, with: { message: "${{ config.shopUrl }}" } }
            output: ${{ config.shopUrl }}
            """)
    }

    private func definition(_ name: String) -> String { folder.file("definitions/\(name).yaml") }

    @Test func `The output is JSON on stdout, progress is on stderr`() async throws {
        let run = await CommandLineRun.of("run", definition("greet"), "--db", database, "--set", "name=5", "--set", "times=2")
        #expect(run.code == 0)
        #expect(try JSON.parse(run.output) == ["name": "5", "times": 2])
        #expect(run.talk.contains("✓ say  log"))
    }

    @Test func `An input that does not fit is 1 and names the field`() async {
        let wrong = await CommandLineRun.of("run", definition("greet"), "--db", database, "--input", #"{"name": 5}"#)
        #expect(wrong.code == 1)
        #expect(wrong.talk.contains("/name"))
        let broken = await CommandLineRun.of("run", definition("greet"), "--db", database, "--input", "{")
        #expect(broken.code == 1)
    }

    @Test func `Child workflows run, and theirs`() async throws {
        folder.write(
            "definitions/crowd.yaml",
            """
            workflow: crowd
            steps:
              - { id: pair, invoke: pair }
            output: ${{ steps.pair }}
            """)
        folder.write(
            "definitions/pair.yaml",
            """
            workflow: pair
            steps:
              - { id: greet, invoke: greet, with: { name: Ada } }
            output: ${{ steps.greet.name }}
            """)
        let run = await CommandLineRun.of("run", definition("crowd"), "--db", database)
        #expect(run.code == 0 && run.output == "\"Ada\"\n")
    }

    @Test func `A failed instance is 1 with its failure`() async {
        let run = await CommandLineRun.of("run", definition("refuse"), "--db", database)
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.talk.contains("shop.closed: the shop is closed"))
    }

    @Test func `A missing setting is one sentence that says what to do`() async {
        let run = await CommandLineRun.of("run", definition("ask"), "--db", database)
        #expect(run.code == 2)
        #expect(
            run.talk
                == "wfrun: The workflow 'ask' needs the setting 'shopUrl': set WFRUN_CONFIG_SHOP_URL, or 'shopUrl' in the 'config:' "
                + "section of wfrun.yaml.\n")
    }

    @Test func `Settings come from the environment before the file`() async throws {
        let config = folder.write("wfrun.yaml", "config:\n  shopUrl: http://file.example\n")
        let fromFile = await CommandLineRun.of("run", definition("ask"), "--db", folder.file("a.db"), "--config", config)
        #expect(try JSON.parse(fromFile.output) == "http://file.example")
        let fromEnvironment = await CommandLineRun.of(
            "run", definition("ask"), "--db", folder.file("b.db"), "--config", config,
            environment: ["WFRUN_CONFIG_SHOP_URL": "http://environment.example"])
        #expect(try JSON.parse(fromEnvironment.output) == "http://environment.example")
    }

    @Test func `Unknown keys of the configuration file are errors with a suggestion`() async {
        let config = folder.write("wfrun.yaml", "listne: 127.0.0.1:1\nactions: { htp: { allow: [] } }\n")
        let run = await CommandLineRun.of("run", definition("greet"), "--config", config)
        #expect(run.code == 2)
        #expect(run.talk.contains("wfrun.yaml:1:1: there is no setting 'listne'; did you mean 'listen'?"))
        #expect(run.talk.contains("'actions.htp'"))
    }

    @Test func `A definition with mistakes is 1 and is not run`() async {
        folder.write("definitions/bad.yaml", "workflow: bad\nsteps: []\n")
        let run = await CommandLineRun.of("run", definition("bad"), "--db", database)
        #expect(run.code == 1)
        #expect(run.talk.contains("error[WF"))
    }

    @Test func `The database of a run can be read afterwards`() async throws {
        _ = await CommandLineRun.of("run", definition("greet"), "--db", database, "--set", "name=Ada")
        _ = await CommandLineRun.of("run", definition("refuse"), "--db", database)

        let list = await CommandLineRun.of("list", "--db", database)
        #expect(list.output.split(separator: "\n").count == 3)
        #expect(list.output.contains("✗ failed"))
        let failed = await CommandLineRun.of("list", "--db", database, "--status", "failed", "-o", "jsonl")
        #expect(try JSON.parse(failed.output)["workflow"] == "refuse")

        let show = await CommandLineRun.of("show", "@latest", "--db", database)
        #expect(show.output.hasPrefix("refuse  ✗ failed\n"))
        #expect(show.output.contains("shop.closed: the shop is closed"))

        #expect(await CommandLineRun.of("result", "@latest", "--db", database).code == 1)
        #expect(await CommandLineRun.of("show", "ffffffff", "--db", database).code == 3)
        #expect(await CommandLineRun.of("history", "@latest", "--db", database).output.contains("✗ failed"))
        #expect(await CommandLineRun.of("list", "--db", folder.file("none.db")).code == 2)
    }

    @Test func `The step graph of a file is printed`() async {
        let run = await CommandLineRun.of("graph", definition("greet"))
        #expect(run.output == "workflow greet\n  say: call log\n")
    }
}
