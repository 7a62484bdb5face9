import BuiltinActions
import Foundation
import Testing
import Values
import WorkflowEngine
import WorkflowJournal

/// Children that will not end: whatever they do, nothing of them is left.
@Suite struct ShellStoppingTests {
    /// The process numbers that a script wrote, one a line.
    private func processes(_ path: String) -> [pid_t] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { pid_t($0.trimmingCharacters(in: .whitespaces)) }
    }

    private func isAlive(_ process: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return stat.split(separator: ")").last?.first { $0 != " " } != "Z"
    }

    /// Runs a script that appends process numbers to `$PIDS`; checks that all of them are gone afterwards.
    private func run(
        _ script: String, timeout: String = "60s", count: Int, graceTime: Duration = .milliseconds(300),
        key: String = UUID().uuidString
    ) async throws -> (result: ActionResult, duration: Duration) {
        try await Bench.run(graceTime: graceTime) { bench in
            let pids = bench.folder + "/pids"
            let start = ContinuousClock.now
            let result = await bench.run(
                "shell", ["script": .string(script), "env": ["PIDS": .string(pids)], "timeout": .string(timeout)],
                key: IdempotencyKey(key))
            let duration = ContinuousClock.now - start
            let started = processes(pids)
            #expect(started.count == count)
            #expect(await eventually { !started.contains(where: isAlive) }, "left over: \(started.filter(isAlive))")
            return (result, duration)
        }
    }

    @Test func `a timeout ends a command that obeys`() async throws {
        let (result, duration) = try await run("echo $$ >> $PIDS; echo begun; exec sleep 60", timeout: "300ms", count: 1)
        #expect(
            result.failure?.code == "shell.timeout" && result.failure?.isUncertain == true
                && result.failure?.isRetryable == false)
        #expect(result.failure?.data["stdout"] == "begun\n")
        #expect(duration < .seconds(40))
    }

    @Test func `a command that ignores SIGTERM is killed after the grace time`() async throws {
        let (result, duration) = try await run(
            "trap '' TERM; echo $$ >> $PIDS; while :; do sleep 1; done", timeout: "300ms", count: 1)
        #expect(result.failure?.code == "shell.timeout")
        #expect(duration > .milliseconds(500) && duration < .seconds(40))
    }

    @Test func `children of every depth go with it`() async throws {
        let script = """
            trap '' TERM
            for n in 1 2 3; do
              sh -c 'trap "" TERM; echo $$ >> $PIDS; sh -c "trap \\"\\" TERM; echo \\$\\$ >> $PIDS; while :; do sleep 1; done"; :' &
            done
            wait
            """
        let (result, _) = try await run(script, timeout: "1s", count: 6)
        #expect(result.failure?.code == "shell.timeout")
    }

    @Test func `a child that keeps stdout open does not keep the step`() async throws {
        let (result, duration) = try await run(
            "sh -c 'echo $$ >> $PIDS; exec sleep 60' & until [ -s $PIDS ]; do :; done; echo done", count: 1)
        #expect(result.value?["stdout"] == "done\n")
        #expect(duration < .seconds(40))
    }

    @Test func `a child that left the group, or the session, is found`() async throws {
        let script = """
            setsid sh -c 'trap "" TERM; echo $$ >> $PIDS; while :; do sleep 1; done' > /dev/null 2>&1 < /dev/null &
            (setsid sh -c 'echo $$ >> $PIDS; exec sleep 60' &) > /dev/null 2>&1
            until [ "$(wc -l < $PIDS)" = 2 ]; do sleep 0.01; done
            """
        let (result, duration) = try await run(script, count: 2)
        #expect(result.value?["code"] == 0)
        #expect(duration < .seconds(40))
    }

    @Test func `a child that floods stdout after its command ended is stopped`() async throws {
        let (result, duration) = try await run("sh -c 'echo $$ >> $PIDS; exec yes' & until [ -s $PIDS ]; do :; done", count: 1)
        #expect(result.value?["code"] == 0)
        #expect(duration < .seconds(40))
    }

    @Test func `a stopped command ends too`() async throws {
        let (result, duration) = try await run("echo $$ >> $PIDS; kill -STOP $$", timeout: "300ms", count: 1)
        #expect(result.failure?.code == "shell.timeout")
        #expect(duration < .seconds(40))
    }

    @Test func `closing its output does not hide a command`() async throws {
        let (result, _) = try await run("echo $$ >> $PIDS; exec > /dev/null 2>&1; sleep 0.2; exit 4", count: 1)
        #expect(result.failure?.data["code"] == 4)
    }

    @Test func `a cancelled command may still answer within the grace time`() async throws {
        try await Bench.run(graceTime: .seconds(30)) { bench in
            let ready = bench.folder + "/ready"
            let script = "trap 'echo saved; exit 0' TERM; touch $READY; while :; do sleep 0.05; done"
            let running = Task { await bench.run("shell", ["script": .string(script), "env": ["READY": .string(ready)]]) }
            #expect(await eventually { FileManager.default.fileExists(atPath: ready) })
            running.cancel()
            let outcome = await running.value.outcome
            #expect((try? outcome.get())?["stdout"] == "saved\n", "\(outcome)")
        }
    }

    @Test func `a cancelled command that ends otherwise is stopped, and uncertain`() async throws {
        try await Bench.run { bench in
            let ready = bench.folder + "/ready"
            let running = Task {
                await bench.run("shell", ["script": "touch $READY; exec sleep 60", "env": ["READY": .string(ready)]])
            }
            #expect(await eventually { FileManager.default.fileExists(atPath: ready) })
            running.cancel()
            let failure = await running.value.failure
            #expect(failure?.code == "stopped" && failure?.isUncertain == true)
        }
    }

    @Test func `many commands at once each get their own output`() async throws {
        try await Bench.run { bench in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let result = await bench.run(
                            "shell",
                            ["script": "echo $N; head -c 100000 /dev/zero | wc -c >&2", "env": ["N": .int(Int64(number))]],
                            key: IdempotencyKey(UUID().uuidString))
                        return result.value?["value"] == .string("\(number)") && result.value?["stderr"] == "100000\n"
                    }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `no ended command stays behind as a zombie`() async throws {
        try await Bench.run { bench in
            let result = await bench.run("shell", ["argv": ["sh", "-c", "echo $$"]])
            let process = try #require(result.value?["value"]?.stringValue)
            #expect(!FileManager.default.fileExists(atPath: "/proc/\(process)"))
        }
    }
}
