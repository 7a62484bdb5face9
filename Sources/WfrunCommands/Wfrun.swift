// WfrunCommands: the command line as a library.
//
// Invariant: no workflow logic. Commands read arguments, ask the API or the engine, and print: the answer on stdout, talk on
// stderr. `Composition.swift` is the only place that joins stores, actions and server.
//
// Start at `runWfrun`; each command is a file in `Commands/`.

import ArgumentParser

package let wfrunVersion = "0.1.0"

struct Wfrun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wfrun",
        abstract: "Durable workflows written in YAML.",
        discussion: """
            A workflow is a list of steps. wfrun records the result of every step before \
            it begins the next, so a workflow goes on where it was after a crash, and \
            finished steps do not run again.

            First steps:
              wfrun validate                     check the files in definitions/
              wfrun test                         run the tests beside them
              wfrun run definitions/hello.yaml   run one workflow, here and now
              wfrun serve                        run workflows durably, with an HTTP API
              wfrun start hello                  start one on the server
              wfrun show @latest                 see what it is doing
              wfrun why @latest                  see what it waits for

            Exit codes:
              0 as asked            3 not found       6 server unreachable   64 usage
              1 the thing is bad    4 not authorised  7 still going         130 interrupted
              2 wfrun cannot do it  5 wrong state     8 cancelled
            """,
        version: wfrunVersion,
        subcommands: [
            ValidateCommand.self, TestCommand.self, RunCommand.self, ServeCommand.self, StartCommand.self, ListCommand.self,
            ShowCommand.self, WhyCommand.self, HistoryCommand.self, ResultCommand.self, CancelCommand.self, PauseCommand.self,
            ResumeCommand.self, RetryCommand.self, UpgradeCommand.self, PlanCommand.self, ReplayCommand.self, EventCommand.self,
            SchedulesCommand.self,
            GraphCommand.self,
            EvalCommand.self, CheckCommand.self, NextCommand.self, SchemaCommand.self, StdlibCommand.self, ExplainCommand.self,
            VersionCommand.self,
        ])
}

/// Runs one command line and returns its exit code.
package func runWfrun(_ arguments: [String], surroundings: Surroundings = .process()) async -> Int32 {
    await Surroundings.$current.withValue(surroundings) {
        let console = surroundings.console
        do {
            var command = try Wfrun.parseAsRoot(WaitOption.completing(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.ok.rawValue
        } catch let failure as CommandFailure {
            if !failure.message.isEmpty { console.talk("wfrun: \(failure.message)") }
            if let hint = failure.hint { console.talk("  \(hint)") }
            return failure.status.rawValue
        } catch {
            // Help and version are answers; everything else the parser says is talk.
            let code = Wfrun.exitCode(for: error)
            let text = Wfrun.fullMessage(for: error)
            if !text.isEmpty { code == .success ? console.answer(text) : console.talk(text) }
            return code.rawValue
        }
    }
}

/// What the exit code says to scripts.
enum ExitStatus: Int32 {
    case ok = 0
    /// The thing asked about is bad: a definition has errors, an instance failed.
    case bad = 1
    /// wfrun could not do it.
    case failed = 2
    case notFound = 3
    case unauthorised = 4
    case wrongState = 5
    case unreachable = 6
    case stillGoing = 7
    case cancelled = 8
    case usage = 64
    case interrupted = 130
}

/// Ends a command. `message` is one sentence; empty when everything has been said.
struct CommandFailure: Error {
    var status: ExitStatus
    var message: String
    /// What to do.
    var hint: String?

    init(_ status: ExitStatus, _ message: String = "", hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }
}
