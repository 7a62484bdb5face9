import Testing

@Suite("wfrun test and wfrun stdlib")
struct TestCommandTests {
    private let folder = TemporaryFolder()

    private static let definition = """
        workflow: greet
        input: { name: string }
        steps:
          - id: say
            call: log
            with: { message: "Hello, ${{ input.name }}!" }
        output: ${{ input.name }}

        """

    private func test(_ expectation: String) -> String {
        """
        test: greet
        cases:
          - name: by name
            input: { name: Ada }
            expect: { output: \(expectation), calls: [say] }

        """
    }

    @Test func `Tests that pass are 0`() async {
        folder.write("definitions/greet.yaml", Self.definition)
        folder.write("definitions/greet.test.yaml", test("Ada"))
        let run = await CommandLineRun.of("test", folder.file("definitions"), "--crash", "everywhere", "--coverage")
        #expect(run.code == 0)
        #expect(run.output.contains("✔ greet  1 case\n"))
        #expect(run.output.contains("greet       1/1    –         –      –"))
        #expect(run.talk.contains("1 case passed in 1 file, "))
    }

    @Test func `A case that fails is 1, with the difference, and stands in the JUnit file`() async throws {
        folder.write("definitions/greet.yaml", Self.definition)
        let file = folder.write("definitions/greet.test.yaml", test("Alan"))
        let junit = folder.file("results.xml")
        let run = await CommandLineRun.of("test", file, "--junit", junit)
        #expect(run.code == 1)
        #expect(run.output.contains("- \"Alan\"\n"))
        #expect(run.output.contains("+ \"Ada\"\n"))
        #expect(folder.read("results.xml").contains("<testsuites tests=\"1\" failures=\"1\" errors=\"0\">"))
    }

    @Test func `A file with mistakes stands in the JUnit file as an error`() async throws {
        folder.write("definitions/greet.yaml", Self.definition)
        folder.write("definitions/greet.test.yaml", test("Ada").replacing("[say]", with: "[sai]"))
        let junit = folder.file("results.xml")
        let run = await CommandLineRun.of("test", folder.file("definitions"), "--junit", junit)
        #expect(run.code == 1)
        #expect(folder.read("results.xml").contains("<testsuites tests=\"1\" failures=\"0\" errors=\"1\">"))
        #expect(folder.read("results.xml").contains("<error message=\"'greet' has no step 'sai' at this place\">"))
    }

    @Test func `A mistake in a test file is 1, for test and for validate`() async {
        folder.write("definitions/greet.yaml", Self.definition)
        let file = folder.write("definitions/greet.test.yaml", test("Ada").replacing("[say]", with: "[sai]"))
        for command in ["test", "validate"] {
            for path in [file, folder.file("definitions")] {
                let run = await CommandLineRun.of(command, path)
                #expect(run.code == 1)
                #expect(run.output.contains("error[WF2101]: 'greet' has no step 'sai' at this place"))
            }
        }
    }

    @Test func `Nothing to run is not found`() async {
        folder.write("definitions/greet.yaml", Self.definition)
        #expect(await CommandLineRun.of("test", folder.file("definitions")).code == 3)
        folder.write("definitions/greet.test.yaml", test("Ada"))
        #expect(await CommandLineRun.of("test", folder.file("definitions"), "--filter", "refund").code == 3)
    }

    @Test func `The standard library is listed, and an action shown with its inputs`() async {
        let list = await CommandLineRun.of("stdlib")
        #expect(list.code == 0)
        #expect(list.output.contains("\nhttp.poll "))
        let one = await CommandLineRun.of("stdlib", "http.poll")
        #expect(one.output.contains("  every    duration = 10s\n"))
        let unknown = await CommandLineRun.of("stdlib", "http.pol")
        #expect(unknown.code == 3)
        #expect(unknown.talk.contains("Did you mean 'http.poll'?"))
    }
}
