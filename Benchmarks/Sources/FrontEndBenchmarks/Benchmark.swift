@preconcurrency import Glibc

/// Something to do many times.
struct Benchmark: Sendable {
    var name: String
    /// What performance.md and diagnostics.md ask for, in microseconds for one time; nil where they ask nothing.
    var target: Double?
    /// Things done in one time, for a rate: files of a project.
    var items: (count: Int, unit: String)?
    var run: @Sendable (_ times: Int) -> Void

    init(
        _ name: String, target: Double? = nil, items: (count: Int, unit: String)? = nil, _ once: @escaping @Sendable () -> Void
    ) {
        self.name = name
        self.target = target
        self.items = items
        run = { times in for _ in 0..<times { once() } }
    }

    /// Microseconds of processor time of this process for one time: the median and the least of eleven batches.
    func measure() -> (median: Double, least: Double) {
        run(1)
        var times = 1
        var spent = batch(times)
        // A batch takes long enough for the clock, and short enough for other processes not to be in every one of them.
        while spent < 20_000, times < 1 << 24 {
            times *= 2
            spent = batch(times)
        }
        let batches = (0..<11).map { _ in batch(times) / Double(times) }.sorted()
        return (batches[batches.count / 2], batches[0])
    }

    private func batch(_ times: Int) -> Double {
        let start = Self.processorTime()
        run(times)
        return Self.processorTime() - start
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}

/// Keeps a result from being optimised away.
@inline(never) func use<T>(_ value: T) {}

enum Report {
    static func print(_ results: [(benchmark: Benchmark, time: (median: Double, least: Double))]) {
        let width = results.map(\.benchmark.name.count).max() ?? 0
        talk(padded("benchmark", width) + "    median µs     least µs    target   ratio")
        for (benchmark, time) in results {
            let target = benchmark.target.map { rounded($0) } ?? "-"
            let ratio = benchmark.target.map { rounded(time.median / $0) } ?? "-"
            var line =
                padded(benchmark.name, width) + right(rounded(time.median), 13) + right(rounded(time.least), 13)
                + right(target, 10) + right(ratio, 8)
            if let items = benchmark.items {
                line += "   \(Int(Double(items.count) / time.median * 1e6)) \(items.unit)/s of one core"
            }
            talk(line)
            let goal = benchmark.target.map { ",\"target\":\($0)" } ?? ""
            Swift.print(
                "{\"benchmark\":\"\(benchmark.name)\",\"median\":\(time.median),\"least\":\(time.least)\(goal),\"unit\":\"us\"}"
            )
        }
    }

    private static func rounded(_ number: Double) -> String {
        let scaled = (number * 100).rounded() / 100
        return "\(scaled)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func talk(_ line: String) { fputs(line + "\n", stderr) }
}
