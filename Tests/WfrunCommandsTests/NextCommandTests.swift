import Testing
import Values

@Suite("wfrun next")
struct NextCommandTests {
    @Test func `Firings are listed with what clocks show`() async {
        let run = await CommandLineRun.of(
            "next", "30 2 * * *", "--timezone", "Europe/Berlin", "--from", "2026-03-27T12:00:00Z", "--count", "3")
        #expect(run.code == 0)
        // On the 29th clocks go from 02:00 to 03:00: the firing is at the first instant after the gap.
        #expect(
            run.output == """
                2026-03-28T01:30:00Z  Sat 2026-03-28 02:30 Europe/Berlin
                2026-03-29T01:00:00Z  Sun 2026-03-29 03:00 Europe/Berlin
                2026-03-30T00:30:00Z  Mon 2026-03-30 02:30 Europe/Berlin

                """)
    }

    @Test func `A mistake in the schedule is 1 and marked`() async {
        let run = await CommandLineRun.of("next", "0 25 * * *")
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(run.talk.contains("error[WF5101]: hour 25 is out of range, which is 0 to 23"))
        #expect(run.talk.contains("1 | 0 25 * * *\n  |   ^^"))
    }

    @Test func `An unknown zone is 1 with the one that was meant`() async {
        let run = await CommandLineRun.of("next", "@daily", "--timezone", "Europe/Berlni")
        #expect(run.code == 1)
        #expect(run.talk.contains("Europe/Berlin"))
    }

    @Test(arguments: [[], ["@daily", "--jsonl"], ["@daily", "--count", "0"], ["@daily", "--from", "yesterday"]])
    func `A wrong command line is 64`(arguments: [String]) async {
        #expect(await CommandLineRun.of(["next"] + arguments).code == 64)
    }

    @Test func `Lines are answered one by one, and a bad one stops nothing`() async {
        let run = await CommandLineRun.of(
            "next", "--jsonl", "--from", "2026-01-01T00:00:00Z", "--count", "1",
            input: """
                {"id": 1, "cron": "@yearly", "count": 2}
                {"id": 2, "cron": "* * *"}
                {"id": 3, "cron": "@daily", "timezone": "Nowhere/Here"}
                {"id": 4, "cron": "0 12 * * *", "timezone": "Asia/Kolkata", "from": "2026-06-01T00:00:00Z"}
                {"id": 5, "cron": "@daily", "count": -1}
                {"id": 6, "cron": "@daily", "from": "now"}
                """)
        #expect(run.code == 0)
        #expect(
            run.output == """
                {"id":1,"times":["2027-01-01T00:00:00Z","2028-01-01T00:00:00Z"]}
                {"error":{"code":"WF5101","message":"expected 5 fields (minute hour day month weekday), found 3","offset":0},"id":2}
                {"error":{"code":"WF5105","message":"unknown time zone 'Nowhere/Here'"},"id":3}
                {"id":4,"times":["2026-06-01T06:30:00Z"]}
                {"error":{"code":"json","message":"'count' must be an integer from 1 to 10000"},"id":5}
                {"error":{"code":"json","message":"'from' is no RFC 3339 timestamp"},"id":6}

                """)
    }
}
