import Diagnostics

/// An event has one payload in the whole project (WF2113).
enum EventShapeRule {
    static func check(_ project: Project, report: (Diagnostic) -> Void) {
        var first: [String: FileTypes.Event] = [:]
        for file in project.files {
            for event in file.types.events {
                guard let known = first[event.name] else {
                    first[event.name] = event
                    continue
                }
                if known.range == event.range || known.payload.expanded == event.payload.expanded { continue }
                report(.twoShapes(ofEvent: event.name, at: event.range, first: known.range))
            }
        }
    }
}
