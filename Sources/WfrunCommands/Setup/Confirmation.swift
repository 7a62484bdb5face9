import Glibc

/// A question that is answered on the terminal; where there is none, the answer is no.
enum Confirmation {
    static func ask(_ question: String) -> Bool {
        let surroundings = Surroundings.current
        guard isatty(surroundings.input) == 1 else { return false }
        surroundings.console.errors("\(question) [y/N] ")
        guard let answer = readLine() else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }
}
