// Micro-benchmarks of what happens before anything runs: expressions, schemas, schedules, definitions.
//
//     FrontEndBenchmarks                 all, as a table on stderr and JSON lines on stdout
//     FrontEndBenchmarks cel             those whose name begins so
//     FrontEndBenchmarks --once NAME N   one of them N times and nothing else, for counting instructions
//     FrontEndBenchmarks --names cel     their names

let arguments = Array(CommandLine.arguments.dropFirst())
let all = expressionBenchmarks + schemaBenchmarks + scheduleBenchmarks + dataBenchmarks + definitionBenchmarks

if arguments.first == "--once", arguments.count == 3, let count = Int(arguments[2]) {
    for benchmark in all where benchmark.name == arguments[1] { benchmark.run(count) }
} else {
    let wanted = arguments.filter { $0 != "--names" }
    let chosen = all.filter { benchmark in wanted.isEmpty || wanted.contains { benchmark.name.hasPrefix($0) } }
    if arguments.first == "--names" {
        for benchmark in chosen { print(benchmark.name) }
    } else {
        Report.print(chosen.map { ($0, $0.measure()) })
    }
}
