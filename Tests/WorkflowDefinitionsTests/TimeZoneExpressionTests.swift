import Diagnostics
import TestSupport
import Testing
import WorkflowDefinitions

@Suite struct TimeZoneExpressionTests {
    private func diagnostics(_ zone: String) -> [String] {
        analyzeDefinitions([
            (
                "clock.yaml",
                """
                workflow: clock
                input: { at: timestamp }
                steps: [{ id: say, call: log, with: { message: "hour ${{ input.at.getHours('\(zone)') }}" } }]
                """
            )
        ]).diagnostics.map { "\($0.code) \($0.message)" }
    }

    @Test(arguments: ["UTC", "+05:30", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
    func `a time zone that exists can be named`(zone: String) { #expect(diagnostics(zone) == []) }

    @Test(arguments: ["Europe/Berlni", "berlin", "../etc/passwd", ""])
    func `one that does not exist is found before anything runs`(zone: String) {
        #expect(diagnostics(zone) == ["WF3113 unknown time zone '\(zone)'"])
    }
}
