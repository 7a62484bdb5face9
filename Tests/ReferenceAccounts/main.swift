import Simulation
import Values

/// Prints random projects with what the reference interpreter says of them, a line of JSON each.
///
///     ReferenceAccounts FIRST COUNT
guard CommandLine.arguments.count == 3, let first = UInt64(CommandLine.arguments[1]),
    let count = UInt64(CommandLine.arguments[2])
else { fatalError("usage: ReferenceAccounts FIRST COUNT") }

for seed in first..<(first + count) { print(JSON.text(try ReferenceExpectations.project(seed: seed))) }
