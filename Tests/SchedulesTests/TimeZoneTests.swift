import Foundation
import Schedules
import Testing
import Values

@Suite struct TimeZoneTests {
    private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    @Test func `UTC needs no database`() throws {
        let nothing = TimeZoneDatabase(folder: nil)
        #expect(try nothing.rules(named: "UTC").offset(at: instant("2026-01-01T00:00:00Z")) == 0)
        #expect(try nothing.rules(named: "Etc/UTC").name == "Etc/UTC")
        #expect(nothing.names().contains("UTC"))
        let error = #expect(throws: TimeZoneError.self) { try nothing.rules(named: "Europe/Berlin") }
        #expect(error?.kind == .databaseMissing)
        #expect(error?.message.contains("tzdata") == true)
        let absent = #expect(throws: TimeZoneError.self) {
            try TimeZoneDatabase(folder: "/nonexistent").rules(named: "Europe/Berlin")
        }
        #expect(absent?.kind == .databaseMissing)
    }

    @Test(arguments: [
        "", "/etc/passwd", "../../etc/passwd", "Europe/../../passwd", "Europe//Berlin", "Europe/", "Europe/Berl\0in",
        "europe/berlin", "Europe", "posix/UTC", "zone.tab", "Mars/Olympus", "Europe/Bérlin",
    ])
    func `What names no zone opens no file`(name: String) {
        let error = #expect(throws: TimeZoneError.self) { try TimeZoneDatabase.system().rules(named: name) }
        if TimeZoneDatabase.system().folder != nil { #expect(error?.kind == .unknownZone) }
    }

    @Test(.enabled(if: TimeZoneDatabase.system().folder != nil)) func `Zones are listed for suggestions`() {
        let names = TimeZoneDatabase.system().names()
        #expect(names.count > 300)
        #expect(names.contains("Europe/Berlin") && names.contains("America/Argentina/Ushuaia") && !names.contains("posixrules"))
        #expect(!names.contains { $0.hasPrefix("posix/") || $0.hasPrefix("right/") })
    }

    @Test(.enabled(if: TimeZoneDatabase.system().folder != nil)) func `Local times have none, one or two instants`() throws {
        let zone = try TimeZoneDatabase.system().rules(named: "Europe/Berlin")
        func instants(_ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> [String] {
            zone.instants(of: CivilTime(year: 2026, month: month, day: day, hour: hour, minute: minute)).map(\.description)
        }
        #expect(instants(7, 1, 12, 0) == ["2026-07-01T10:00:00Z"])
        #expect(instants(3, 29, 2, 30) == [])
        #expect(instants(10, 25, 2, 30) == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"])
        #expect(instants(10, 25, 3, 0) == ["2026-10-25T02:00:00Z"])
        #expect(zone.localTime(at: try instant("2126-07-01T10:00:00Z")).hour == 12)
    }

    // MARK: Files

    /// A file of version 2 without listed changes: only its footer speaks.
    private func file(footer: String, changes: [(Int64, UInt8)] = [], offsets: [Int32] = [0]) -> [UInt8] {
        func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        func header(_ changeCount: Int, _ typeCount: Int) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, changeCount, typeCount, 4].flatMap { bigEndian(UInt32($0)) }
        }
        let types = offsets.flatMap { bigEndian($0) + [0, 0] } + Array("XXX\0".utf8)
        let first = header(0, 1) + bigEndian(Int32(0)) + [0, 0] + Array("XXX\0".utf8)
        let body = changes.flatMap { bigEndian($0.0) } + changes.map(\.1) + types
        return first + header(changes.count, offsets.count) + body + Array("\n\(footer)\n".utf8)
    }

    /// Rules as a database gives them that holds one file.
    private func rules(_ bytes: [UInt8]) throws -> TimeZoneRules {
        let folder = FileManager.default.temporaryDirectory.appending(path: "wfrun-zone-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(bytes).write(to: folder.appending(path: "Test"))
        return try TimeZoneDatabase(folder: folder.path).rules(named: "Test")
    }

    @Test(arguments: [
        ("EST5EDT,M3.2.0,M11.1.0", "2026-07-01T00:00:00Z", -14_400),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-01-01T00:00:00Z", -18_000),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18_000),
        ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-01-01T00:00:00Z", 46_800),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-06-01T00:00:00Z", 43_200),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-12-01T00:00:00Z", 39_600), ("<-03>3", "2026-12-01T00:00:00Z", -10_800),
        ("XXX-1:02:03", "2026-12-01T00:00:00Z", 3_723), ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3_600),
        ("XXX3EDT4,0/0,J365/23", "2026-07-01T00:00:00Z", -14_400), ("EST5EDT,0/0,J365/25", "2026-12-31T23:00:00Z", -14_400),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10_800),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7_200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7_200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3_600),
        ("AAA0BBB,J60,J300", "2028-02-29T12:00:00Z", 0), ("AAA0BBB,59,300", "2028-02-29T12:00:00Z", 3_600),
    ])
    func `A footer's rule gives the offset`(footer: String, at: String, offset: Int) throws {
        #expect(try rules(file(footer: footer)).offset(at: instant(at)) == offset)
    }

    @Test func `Listed changes come before the footer's rule`() throws {
        let zone = try rules(file(footer: "AAA-2", changes: [(0, 1), (1_000, 2)], offsets: [60, 3_600, 7_200]))
        #expect(zone.offset(at: try #require(Timestamp(seconds: -1))) == 60)
        #expect(zone.offset(at: try #require(Timestamp(seconds: 0))) == 3_600)
        #expect(zone.offset(at: try #require(Timestamp(seconds: 999))) == 3_600)
        #expect(zone.offset(at: try #require(Timestamp(seconds: 1_000))) == 7_200)
        let plain = try rules(file(footer: "", changes: [(0, 1)], offsets: [60, 3_600]))
        #expect(plain.offset(at: try instant("9999-01-01T00:00:00Z")) == 3_600)
    }

    @Test(arguments: [
        "X", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
        "EST99", "EST5EDT,J0,J3", "EST5EDT,M3.2.0/168,M11.1.0", "EST5,", "<EST5",
    ])
    func `A footer that is no rule makes the file unreadable`(footer: String) throws {
        let error = #expect(throws: TimeZoneError.self) { try rules(file(footer: footer)) }
        #expect(error?.kind == .damagedFile)
    }

    @Test func `Damaged files are refused, whatever the damage`() throws {
        let whole = file(footer: "EST5EDT,M3.2.0,M11.1.0", changes: [(0, 0), (1_000, 1)], offsets: [0, 60])
        for length in stride(from: 0, to: whole.count, by: 3) {
            #expect(throws: TimeZoneError.self) { try rules(Array(whole[..<length])) }
        }
        for position in stride(from: 20, to: whole.count, by: 2) {
            var bytes = whole
            bytes[position] = 0xFF
            _ = try? rules(bytes).offset(at: instant("2026-01-01T00:00:00Z"))
        }
        #expect(throws: TimeZoneError.self) { try rules(file(footer: "", changes: [(5, 0), (5, 0)])) }
        #expect(throws: TimeZoneError.self) { try rules(file(footer: "", changes: [(5, 7)])) }
    }

    /// Offsets by another implementation: `scripts/suites timezones` writes them with Python's zoneinfo from the same files.
    @Test func `All zones have the offsets that zoneinfo computes`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        guard let data = try? Data(contentsOf: root.appending(path: ".suites/timezones/offsets.txt")) else {
            if ProcessInfo.processInfo.environment["WFRUN_REQUIRE_SUITES"] == "1" {
                Issue.record("no .suites/timezones: run scripts/suites timezones")
            }
            return
        }
        let database = TimeZoneDatabase.system()
        var compared = 0
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let rules = try? database.rules(named: String(words[0])) else {
                Issue.record("no rules for \(words[0])")
                continue
            }
            for pair in words.dropFirst() {
                let parts = pair.split(separator: ":")
                guard let seconds = Int64(parts[0]), let expected = Int(parts[1]), let instant = Timestamp(seconds: seconds)
                else { continue }
                compared += 1
                if rules.offset(at: instant) != expected {
                    Issue.record("\(words[0]) at \(instant): \(rules.offset(at: instant)), not \(expected)")
                }
            }
        }
        #expect(compared > 10_000)
    }
}
