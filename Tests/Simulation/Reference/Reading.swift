import CEL
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// One run of one instance, read off its graph.
struct Reading {
    let reference: ReferenceInterpreter
    let graph: StepGraph
    let header: InstanceHeader
    let run: Int
    /// Of the instance, whatever its run.
    let createdAt: Int64
    /// By earlier runs.
    let taken: Set<Int>
    /// From when on nothing more is undone: an operator has cancelled without compensation.
    let undosEndAt: Int64

    /// Where a body stands.
    struct Place {
        var key: String
        var scope: Variables
        /// Inside `compensate` or `finally`: registers nothing.
        var isCleanup = false
        /// The workflow's own nodes, where everything still registered is undone.
        var isWhole = false

        func at(_ key: String, _ scope: Variables? = nil) -> Place {
            Place(key: key, scope: scope ?? self.scope, isCleanup: isCleanup)
        }
    }

    func runWhole(from start: Int64, _ stops: Stops) -> Ran {
        let scope = fileScope(graph.main, input: header.input)
        return run(graph.main.root, Place(key: "", scope: scope, isWhole: true), start, stops)
    }

    func fileScope(_ file: FileBody, input: Value) -> Variables {
        let instance: Value = [
            "id": .string(header.id.text), "workflow": .string(header.workflow),
            "continuations": .int(Int64(header.continuations)), "startedAt": .timestamp(header.startedAt),
            "trigger": header.trigger,
        ]
        return Variables([input, header.config, instance] + file.secrets.map { .string("${{ secrets.\($0) }}") }, in: nil)
    }

    // MARK: - Nodes

    func run(_ index: NodeIndex, _ place: Place, _ now: Int64, _ stops: Stops) -> Ran {
        do {
            return try ran(graph[index], place, now, stops)
        } catch {
            return Ran(end: .failure(error), at: now)
        }
    }

    private func ran(_ node: Node, _ place: Place, _ now: Int64, _ stops: Stops) throws(Failure) -> Ran {
        switch node.kind {
        case .condition(let test, let body):
            guard try value(test, place) == .bool(true) else { return Ran(end: .success(.null), at: now) }
            return run(body, place, now, stops)
        case .finally(let body, let cleanup): return finally(body, cleanup, node, place, now, stops)
        case .catching(let body, let clauses): return catching(body, clauses, node, place, now, stops)
        case .timeout(let limit, let body):
            let due = try instant(of: limit, place, now)
            return limited({ run(body, place, now, $0) }, due, stops, retryable: false)
        case .foreach(let loop): return try foreach(loop, place, now, stops)
        case .repeat(let loop): return try rounds(loop, place, now, stops)
        case .retry(let policy, let body): return attempts(policy, body, place, now, stops)
        case .shaped(let shaping): return shaped(shaping, node, place, now, stops)
        case .action(let call): return try action(call, place, now, stops)
        case .composite(let call):
            let input = try admit(try value(call.input, calling(place)), graph[call.file].input)
            var inner = place.at(place.key, fileScope(graph[call.file], input: input))
            inner.isCleanup = place.isCleanup
            return run(graph[call.file].root, inner, now, stops)
        case .invoke(let step): return try invoke(step, place, now, stops)
        case .emit(let step):
            let data = try value(step.data, calling(place))
            if let contract = graph.events[step.event] { _ = try admit(data, contract) }
            let id = EventIdentifier.emitted(by: header.id, run: run, step: MemoKey(place.key))
            let calls = reference.calls(startedBy: step.event, id, data, at: now)
            return Ran(end: .success(["id": .string(id)]), at: now, calls: calls)
        case .wait(let step): return try wait(step, place, now, stops)
        case .sleep(let limit):
            let due = try instant(of: limit, place, now)
            return due < stops.first
                ? Ran(end: .success(.null), at: due) : Ran(end: .stopped(stops.firstCause), at: stops.first)
        case .bindings(let bindings):
            var map = ValueMap()
            for binding in bindings { map[binding.name] = try value(binding.value, place) }
            return Ran(end: .success(.map(map)), at: now)
        case .group(let block): return sequence(block, place, now, stops)
        case .parallel(let block): return parallel(block, place, now, stops)
        case .choice(let cases): return try choice(cases, place, now, stops)
        case .fail(let step):
            let message = try value(step.message, place)
            throw Failure(code: step.code, message: JSON.text(message), isRetryable: step.isRetryable)
        case .raise(let error): throw Failure(value: JSON.normalised(try value(error, place)))
        case .return(let result): return Ran(end: .returned(try value(result, place)), at: now)
        case .continueAsNew(let input): return Ran(end: .continued(try value(input, place)), at: now)
        }
    }

    // MARK: - Bodies

    func sequence(_ block: BlockIndex, _ place: Place, _ start: Int64, _ stops: Stops) -> Ran {
        let steps = graph[block].steps
        let scope = Variables(Array(repeating: .null, count: steps.count), in: place.scope)
        var whole = Ran(end: .success(.null), at: start)
        whole.inside = scope
        for (position, step) in steps.enumerated() {
            if stops.first <= whole.at {
                whole.end = .stopped(stops.firstCause)
                return whole
            }
            let ran = self.run(step, place.at(join(place.key, graph[step].id), scope), whole.at, stops)
            whole = whole.followed(by: ran)
            whole.inside = scope
            guard case .success(let value) = ran.end else { return whole }
            scope.set(position, value)
            whole.end = .success(.null)
        }
        return whole
    }

    /// All at once: the first failure stops the others softly.
    private func parallel(_ block: BlockIndex, _ place: Place, _ start: Int64, _ stops: Stops) -> Ran {
        let steps = graph[block].steps
        func branches(_ stops: Stops, _ failing: Int?) -> [Ran] {
            steps.enumerated().map { index, step in
                if isBarred(index, at: start, stops, failing) { return Ran(end: .stopped(stops.firstCause), at: start) }
                let scope = Variables(Array(repeating: .null, count: steps.count), in: place.scope)
                return run(step, place.at(join(place.key, graph[step].id), scope), start, stops)
            }
        }
        let (ran, failure) = stoppedAtFirstFailure(branches, stops)
        let scope = Variables(ran.map { if case .success(let value) = $0.end { value } else { .null } }, in: place.scope)
        var outputs = ValueMap()
        for (step, value) in zip(steps, scope.values) { outputs[graph[step].id] = value }
        var whole = joined(ran, from: start, failure, stops) { .map(outputs) }
        whole.inside = scope
        return whole
    }

    private func foreach(_ loop: Node.Foreach, _ place: Place, _ start: Int64, _ stops: Stops) throws(Failure) -> Ran {
        guard case .list(let items) = try value(loop.items, place) else {
            throw Failure(code: "expression", message: "not a list")
        }
        var scopes: [Variables] = []
        var keys: [String] = []
        for (index, item) in items.enumerated() {
            let scope = Variables([item, .int(Int64(index))], in: place.scope)
            scopes.append(scope)
            let key = try loop.key.map { (key) throws(Failure) in try value(key, place.at(place.key, scope)) }
            keys.append(escaped(key ?? .int(Int64(index))))
        }
        guard Set(keys).count == keys.count else { throw Failure(code: "limit.duplicate_key", message: "") }
        func schedule(_ stops: Stops, _ failing: Int?) -> [Ran] {
            // When each of the places becomes free.
            var free = Array(repeating: start, count: max(1, loop.concurrency))
            var ran: [Ran] = []
            for index in items.indices {
                guard
                    let (slot, begin) = free.enumerated().min(by: { $0.element < $1.element }).map({ ($0.offset, $0.element) })
                else { break }
                if isBarred(index, at: begin, stops, failing) {
                    ran.append(Ran(end: .stopped(stops.firstCause), at: max(start, stops.first)))
                    continue
                }
                let item = run(loop.body, place.at("\(place.key)[\(keys[index])]", scopes[index]), begin, stops)
                free[slot] = item.at
                ran.append(item)
            }
            return ran
        }
        let (ran, failure) = stoppedAtFirstFailure(schedule, stops)
        return joined(ran, from: start, failure, stops) {
            .list(ran.map { if case .success(let value) = $0.end { value } else { .null } })
        }
    }

    /// Whether a part does not begin any more. What failed at the moment of its own beginning bars those after it.
    private func isBarred(_ index: Int, at begin: Int64, _ stops: Stops, _ failing: Int?) -> Bool {
        guard stops.first == begin, let failing else { return stops.first <= begin }
        return index > failing
    }

    /// Runs the parts to their ends, and if one fails once more with the others stopped at that moment.
    private func stoppedAtFirstFailure(
        _ parts: (Stops, _ failing: Int?) -> [Ran], _ stops: Stops
    ) -> ([Ran], (at: Int64, Failure)?) {
        let free = parts(stops, nil)
        var first: (index: Int, at: Int64, failure: Failure)?
        for (index, part) in free.enumerated() where part.at < (first?.at ?? .max) {
            if case .failure(let failure) = part.end { first = (index, part.at, failure) }
        }
        guard let first else { return (free, nil) }
        // It failed before the stop, and something in it had to be done to its end.
        if first.at > stops.first { return (free, (first.at, first.failure)) }
        return (parts(stops.softly(first.at), first.index), (first.at, first.failure))
    }

    private func joined(
        _ parts: [Ran], from start: Int64, _ failure: (at: Int64, Failure)?, _ stops: Stops, _ output: () -> Value
    ) -> Ran {
        var whole = Ran(end: .success(.null), at: parts.map(\.at).max() ?? start)
        for part in parts { whole = whole.adding(part) }
        if let failure {
            whole.end = .failure(failure.1)
        } else if parts.allSatisfy(\.end.isSuccess) {
            whole.end = .success(output())
        } else {
            whole.end = .stopped(stops.firstCause)
        }
        return whole
    }

    private func rounds(_ loop: Node.Repeat, _ place: Place, _ start: Int64, _ stops: Stops) throws(Failure) -> Ran {
        var previous = try loop.initial.map { (initial) throws(Failure) in try value(initial, place) } ?? .null
        var whole = Ran(end: .success(.null), at: start)
        for round in 0..<loop.maximum {
            if stops.first <= whole.at {
                whole.end = .stopped(stops.firstCause)
                return whole
            }
            let scope = Variables([previous], in: place.scope)
            let ran = run(loop.body, place.at("\(place.key)#\(round)", scope), whole.at, stops)
            whole = whole.followed(by: ran)
            guard case .success(let result) = ran.end else { return whole }
            let after = place.at(place.key, Variables([result], in: scope))
            do throws(Failure) {
                if let until = loop.until, try value(until, after) == .bool(true) { return whole }
                if round + 1 == loop.maximum {
                    if loop.until == nil { return whole }
                    throw Failure(code: "limit.repeat", message: "")
                }
                if let every = loop.every {
                    let ended = whole.at
                    whole.at = try instant(of: .after(every), after, whole.at)
                    if whole.at >= stops.first {
                        // The round may have been let finish after the stop.
                        whole.at = max(ended, stops.first)
                        whole.end = .stopped(stops.firstCause)
                        return whole
                    }
                }
            } catch {
                whole.end = .failure(error)
                return whole
            }
            previous = result
        }
        return whole
    }

    private func choice(_ cases: [Node.Case], _ place: Place, _ now: Int64, _ stops: Stops) throws(Failure) -> Ran {
        let scope = Variables(Array(repeating: .null, count: cases.count), in: place.scope)
        for (position, item) in cases.enumerated() {
            if let test = item.test, try value(test, place) != .bool(true) { continue }
            var ran = run(item.step, place.at(join(place.key, graph[item.step].id), scope), now, stops)
            if case .success(let value) = ran.end { scope.set(position, value) }
            ran.inside = scope
            return ran
        }
        var ran = Ran(end: .success(.null), at: now)
        ran.inside = scope
        return ran
    }
}

extension Ran {
    /// With the calls and registrations of another part.
    fileprivate func adding(_ part: Ran) -> Ran {
        var whole = self
        whole.calls += part.calls
        whole.taken.formUnion(part.taken)
        whole.registered += part.registered
        whole.isCleanupIncomplete = isCleanupIncomplete || part.isCleanupIncomplete
        return whole
    }
}
