import NIOHTTP1
import Values
import WorkflowJournal

/// From the inputs `body` and `form` to the bytes of a request.
enum RequestBody {
    /// Text is sent as it is, `form` as a form, anything else as JSON; adds a `Content-Type` where the step gives none.
    static func encode(_ input: ActionInput, headers: inout HTTPHeaders) throws(Failure) -> [UInt8]? {
        let form = try input.texts("form")
        guard let body = input["body"] else {
            guard input["form"] != nil else { return nil }
            setType("application/x-www-form-urlencoded", in: &headers)
            return Array(PercentEncoding.form(form).utf8)
        }
        guard input["form"] == nil else { throw .misfit("body and form cannot both be given") }
        if case .string(let text) = body {
            setType("text/plain; charset=utf-8", in: &headers)
            return Array(text.utf8)
        }
        if let obstacle = JSON.obstacle(to: body) { throw .misfit("body cannot be JSON: \(obstacle)") }
        setType("application/json", in: &headers)
        return JSON.bytes(body)
    }

    private static func setType(_ type: String, in headers: inout HTTPHeaders) {
        if !headers.contains(name: "Content-Type") { headers.add(name: "Content-Type", value: type) }
    }
}
