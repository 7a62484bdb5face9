import Diagnostics
import Values

extension Wire {
    /// As `wfrun validate --format json` prints them.
    static func diagnostics(_ diagnostics: [Diagnostic]) -> Value {
        let document = try? JSON.parse(JSONRenderer().render(diagnostics))
        return document?["diagnostics"] ?? []
    }
}
