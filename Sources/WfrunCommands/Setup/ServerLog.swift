import Logging
import Values

/// Lines for people on a terminal, JSON lines elsewhere; both on stderr.
func serverLogger(_ console: Console) -> Logger {
    Logger(label: "wfrun") { _ in ConsoleLogHandler(console: console) }
}

struct ConsoleLogHandler: LogHandler {
    let console: Console
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(console: Console) { self.console = console }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = wallClock()
        let text = event.message.description
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        if console.isInteractive {
            let members = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(printable("\($0.value)"))" }.joined()
            console.talk("\(Wording.time(.string(time.description))) \(event.level.rawValue) \(text)\(members)")
        } else {
            var line: ValueMap = [
                "time": .string(time.description), "level": .string(event.level.rawValue), "message": .string(text),
            ]
            for (name, value) in all where line[name] == nil { line[name] = .string("\(value)") }
            console.talk(JSON.text(.map(line)))
        }
    }
}
