import Glibc
import Simulation
import Values

/// Prints random projects with what the reference interpreter makes of them, a line of JSON each: `ReferenceExpectations.project`,
/// and for every other seed `ReferenceExpectations.gate`.
let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard CommandLine.arguments.count == 3, numbers.count == 2 else {
    let usage = Array("usage: ReferenceAccounts FIRST COUNT, the first seed and how many\n".utf8)
    _ = write(STDERR_FILENO, usage, usage.count)
    exit(64)
}

for seed in numbers[0]..<(numbers[0] + numbers[1]) {
    print(JSON.text(try ReferenceExpectations.project(seed: seed)))
    if seed.isMultiple(of: 2) { print(JSON.text(try ReferenceExpectations.gate(seed: seed))) }
}
