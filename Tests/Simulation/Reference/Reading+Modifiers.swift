import CEL
import Values
import WorkflowGraph
import WorkflowInterpreter
import WorkflowJournal

/// Errors, stopping and unwinding: language.md §3, and the leaves.
extension Reading {
    // MARK: - finally, catch, undo

    func finally(
        _ body: NodeIndex, _ cleanup: BlockIndex, _ node: Node, _ place: Place, _ now: Int64, _ stops: Stops
    ) -> Ran {
        let ran = run(body, place, now, stops)
        let error: Value =
            switch ran.end {
            case .success, .returned, .continued: .null
            case .failure(let failure): failure.value
            case .stopped(let cause): stopped(cause, isWhole: place.isWhole).value
            }
        let after = clean(cleanup, phase(node, place, "finally"), Variables([error], in: place.scope), ran.at)
        var whole = ran.followed(by: after)
        whole.end = ran.end
        whole.registered = ran.registered
        return whole
    }

    /// A block of an undo or a `finally`: nothing stops it, nothing of it is registered, its failure is only noted.
    private func clean(_ block: BlockIndex, _ key: String, _ scope: Variables, _ now: Int64) -> Ran {
        var ran = sequence(block, Place(key: key, scope: scope, isCleanup: true), now, .never)
        if case .failure = ran.end { ran.isCleanupIncomplete = true }
        ran.registered = []
        return ran
    }

    /// Everything registered is undone, the newest completion first. A cancel without compensation leaves out what has not begun,
    /// unless the instance was failing already.
    func undo(_ ran: Ran, because error: Value, isFailing: Bool = false) -> Ran {
        var whole = ran
        whole.registered = []
        let order = ran.registered.enumerated().sorted {
            ($0.element.completedAt, $0.offset) > ($1.element.completedAt, $1.offset)
        }
        for (_, undo) in order where isFailing || whole.at < undosEndAt {
            let after = clean(
                undo.block, undo.key + ".undo", Variables([error, undo.own], in: undo.scope), whole.at)
            let end = whole.end
            whole = whole.followed(by: after)
            whole.end = end
        }
        return whole
    }

    func catching(
        _ body: NodeIndex, _ clauses: [Node.CatchClause], _ node: Node, _ place: Place, _ now: Int64, _ stops: Stops
    ) -> Ran {
        let ran = run(body, place, now, stops)
        switch ran.end {
        case .success, .returned, .continued: return place.isWhole && stops.first <= ran.at ? unwound(ran, stops) : ran
        case .stopped: return place.isWhole ? unwound(ran, stops) : ran
        case .failure(let failure):
            guard stops.first > ran.at else { return place.isWhole ? unwound(ran, stops) : ran }
            do {
                if let index = try clause(of: clauses, for: failure, place) {
                    return handled(ran, failure, clauses[index], index, node, place, stops)
                }
                return place.isWhole ? undo(ran, because: failure.value, isFailing: true) : ran
            } catch {
                return left(ran, .failure(caused(error, by: failure)), place)
            }
        }
    }

    /// An error leaves from here; at the workflow what is registered is undone first.
    private func left(_ ran: Ran, _ end: End, _ place: Place) -> Ran {
        var ran = ran
        ran.end = end
        guard place.isWhole, case .failure(let failure) = end else { return ran }
        return undo(ran, because: failure.value, isFailing: true)
    }

    /// Cancel and timeout of the instance: undone as the failure would be.
    private func unwound(_ ran: Ran, _ stops: Stops) -> Ran {
        var ran = ran
        ran.end = .stopped(stops.firstCause)
        return undo(ran, because: Failure(code: stops.firstCause == .timeout ? "timeout" : "cancelled", message: "").value)
    }

    private func clause(of clauses: [Node.CatchClause], for failure: Failure, _ place: Place) throws(Failure) -> Int? {
        for (index, clause) in clauses.enumerated() {
            guard clause.errors.isEmpty || clause.errors.contains(where: { $0.matches(failure.code) }) else { continue }
            guard let test = clause.test else { return index }
            if try value(test, place.at(place.key, Variables([failure.value], in: place.scope))) == .bool(true) { return index }
        }
        return nil
    }

    private func handled(
        _ ran: Ran, _ failure: Failure, _ clause: Node.CatchClause, _ index: Int, _ node: Node, _ place: Place, _ stops: Stops
    ) -> Ran {
        var whole = undo(ran, because: failure.value)
        if stops.first <= whole.at {
            whole.end = .stopped(stops.firstCause)
            return whole
        }
        var scope = Variables([failure.value], in: place.scope)
        if let steps = clause.steps {
            let after = sequence(steps, place.at(phase(node, place, "catch\(index)"), scope), whole.at, stops)
            whole = whole.followed(by: after)
            scope = after.inside ?? scope
            switch after.end {
            case .success: break
            case .failure(let next):
                // As for the body: what ends the instance meanwhile comes before a failure that has not come out yet.
                if place.isWhole && stops.first <= whole.at { return unwound(whole, stops) }
                return left(whole, .failure(next == failure ? next : caused(next, by: failure)), place)
            case .stopped: return place.isWhole ? unwound(whole, stops) : whole
            case .returned(let value): return fileResult(value, whole, node, place)
            case .continued: return whole
            }
        }
        if place.isWhole && stops.first <= whole.at { return unwound(whole, stops) }
        do {
            let output =
                try clause.output.map { (output) throws(Failure) in try value(output, place.at(place.key, scope)) } ?? .null
            return fileResult(output, whole, node, place)
        } catch {
            return left(whole, .failure(caused(error, by: failure)), place)
        }
    }

    /// What a clause gives back; at a file asserted as the file's own output is.
    private func fileResult(_ value: Value, _ ran: Ran, _ node: Node, _ place: Place) -> Ran {
        var ran = ran
        guard node.id.isEmpty else {
            if case .returned = ran.end { return ran }
            ran.end = .success(value)
            return ran
        }
        ran.end = .success(value)
        guard case .catching(let body, _) = node.kind, case .shaped(let shaping) = graph[body].kind,
            let returns = shaping.returns
        else { return ran }
        do {
            ran.end = .success(try admit(value, returns))
            return ran
        } catch {
            return left(ran, .failure(error), place)
        }
    }

    func stopped(_ cause: Stops.Cause, isWhole: Bool = false) -> Failure {
        let code = cause == .timeout ? "timeout" : cause == .cancelled ? "cancelled" : "failed"
        let reason = Failure(code: code, message: "")
        return isWhole ? reason : Failure(code: "stopped", message: "", cause: reason)
    }

    private func caused(_ failure: Failure, by cause: Failure) -> Failure {
        var failure = failure
        if failure.cause.isEmpty { failure.cause = [cause] }
        return failure
    }

    // MARK: - timeout and retry

    /// A body that is stopped when it is not done at an instant; that it was is an error of its own.
    func limited(_ body: (Stops) -> Ran, _ due: Int64, _ stops: Stops, retryable: Bool) -> Ran {
        let free = body(stops)
        guard free.at >= due, due < stops.hard else { return free }
        var limit = stops
        limit.strike(due, .timeout)
        var ran = body(limit)
        if case .stopped = ran.end {
            ran.end =
                ran.at < stops.first
                ? .failure(Failure(code: "timeout", message: "", isRetryable: retryable)) : .stopped(stops.firstCause)
        }
        return ran
    }

    func attempts(_ policy: RetryPolicy, _ body: NodeIndex, _ place: Place, _ start: Int64, _ stops: Stops) -> Ran {
        var whole = Ran(end: .success(.null), at: start)
        for attempt in 1...max(1, policy.attempts) {
            let inner = attempt == 1 ? place : place.at("\(place.key)~\(attempt)")
            let from = whole.at
            let ran =
                policy.timeout.map { limit in
                    limited({ run(body, inner, from, $0) }, from + limit.microseconds, stops, retryable: true)
                } ?? run(body, inner, from, stops)
            let before = whole
            whole = before.followed(by: ran)
            guard case .failure(let failure) = ran.end, stops.first > ran.at, attempt < policy.attempts,
                policy.retries(code: failure.code, isRetryable: failure.isRetryable)
            else { return whole }
            // What this attempt registered is undone; what stood before it in the same step cannot be: there is nothing.
            whole = undo(whole, because: failure.value)
            if stops.first <= whole.at {
                whole.end = .stopped(stops.firstCause)
                return whole
            }
            let due = AttemptMachine.nextDue(
                policy, failedAttempt: attempt, retryAfter: failure.retryAfter, now: reference.instant(whole.at),
                jitterSeed: "\(header.id)/\(place.key)")
            whole.at = due.since(reference.epoch).microseconds
            if stops.first <= whole.at {
                whole.at = stops.first
                whole.end = .stopped(stops.firstCause)
                return whole
            }
        }
        return whole
    }

    // MARK: - returns, output, compensate

    func shaped(_ shaping: Node.Shaping, _ node: Node, _ place: Place, _ now: Int64, _ stops: Stops) -> Ran {
        var ran = run(shaping.body, place, now, stops)
        var result: Value
        switch ran.end {
        case .success(let value): result = value
        case .returned(let value) where node.id.isEmpty: result = value
        case .failure, .stopped, .returned, .continued: return ran
        }
        do {
            let isFile = node.id.isEmpty
            if !isFile, let returns = shaping.returns { result = try admit(result, returns) }
            var isReturned = false
            if case .returned = ran.end { isReturned = true }
            if let output = shaping.output, !isReturned {
                let scope = Variables([result, .null], in: ran.inside ?? place.scope)
                result = try value(output, place.at(place.key, scope))
            } else if isFile, !isReturned {
                result = .null
            }
            if isFile, let returns = shaping.returns { result = try admit(result, returns) }
        } catch {
            ran.end = .failure(error)
            return ran
        }
        if let block = shaping.compensate, !place.isCleanup {
            ran.registered = [Undo(completedAt: ran.at, key: place.key, block: block, scope: place.scope, own: result)]
        }
        ran.end = .success(result)
        return ran
    }

    // MARK: - Leaves

    func action(_ call: Node.ActionCall, _ place: Place, _ start: Int64, _ stops: Stops) throws(Failure) -> Ran {
        _ = try admit(try value(call.input, calling(place)), call.contract)
        var whole = Ran(end: .success(.null), at: start)
        for attempt in 1...max(1, call.policy.attempts) {
            // Asked for in the moment of the stop: it is not begun.
            if stops.first <= whole.at {
                whole.end = .stopped(stops.firstCause)
                return whole
            }
            whole.calls.append(.init(at: whole.at, workflow: graph.workflow, key: place.key, attempt: attempt))
            let answer = reference.act(graph.workflow, call.action, place.key, attempt)
            let (length, result) = outcome(of: answer, begun: whole.at, limit: call.policy.timeout, stops, call.action)
            whole.at += length
            switch result {
            case nil:
                whole.end = .stopped(stops.hardCause)
                return whole
            case .success(let raw):
                whole.end = .success(call.resultShape.typed(raw))
                return whole
            case .failure(let failure):
                if stops.first <= whole.at {
                    whole.end = .stopped(stops.firstCause)
                    return whole
                }
                guard attempt < call.policy.attempts,
                    call.policy.retries(code: failure.code, isRetryable: failure.isRetryable)
                else {
                    whole.end = .failure(failure)
                    return whole
                }
                let due = AttemptMachine.nextDue(
                    call.policy, failedAttempt: attempt, retryAfter: failure.retryAfter, now: reference.instant(whole.at),
                    jitterSeed: "\(header.id)/\(place.key)")
                let next = due.since(reference.epoch).microseconds
                if stops.first <= next {
                    whole.at = stops.first
                    whole.end = .stopped(stops.firstCause)
                    return whole
                }
                whole.at = next
            }
        }
        return whole
    }

    /// The first event that was accepted since the instance is there, and that it wants; or until it is stopped, or never.
    func wait(_ step: Node.WaitStep, _ place: Place, _ now: Int64, _ stops: Stops) throws(Failure) -> Ran {
        let wanted = try step.match.map { (match) throws(Failure) in (match.path, try value(match.value, calling(place))) }
        for (index, event) in reference.events.enumerated() where event.at >= createdAt && !taken.contains(index) {
            guard step.events.contains(event.name), wanted.allSatisfy({ event.data[$0.0] == $0.1 }) else { continue }
            if let test = step.where {
                let seen: Value = ["name": .string(event.name), "data": event.data]
                guard try value(test, place.at(place.key, Variables([seen], in: place.scope))) == .bool(true) else { continue }
            }
            let at = max(now, event.at)
            guard at < stops.first else { break }
            let output: Value = step.namesEvent ? ["name": .string(event.name), "data": event.data] : event.data
            return Ran(end: .success(output), at: at, taken: [index])
        }
        return Ran(end: .stopped(stops.firstCause), at: stops.first)
    }

    /// How long an attempt takes that its own limit or a stop may cut short, and what comes of it; nil when it is stopped.
    ///
    /// What answers although it was told to stop is listened to for the grace time: a success counts, a failure is the stop's.
    private func outcome(
        of answer: (microseconds: Int64, result: Result<Value, Failure>), begun: Int64, limit: TimeSpan?, _ stops: Stops,
        _ action: String
    ) -> (microseconds: Int64, result: Result<Value, Failure>?) {
        let grace = reference.answersStopped(action) ? ReferenceInterpreter.grace : 0
        let stop = stops.hard == .max ? .max - grace : stops.hard - begun
        let limit = limit.map(\.microseconds).flatMap { $0 <= answer.microseconds ? $0 : nil }
        let told = min(stop, limit ?? stop)
        let isHeard = answer.microseconds < told + grace
        let end = isHeard ? answer.microseconds : told + grace
        if isHeard, case .success = answer.result { return (end, answer.result) }
        if end >= stop { return (end, nil) }
        return (end, limit == nil ? answer.result : .failure(Failure(code: "timeout", message: "", isRetryable: true)))
    }

    func invoke(_ step: Node.InvokeStep, _ place: Place, _ start: Int64, _ stops: Stops) throws(Failure) -> Ran {
        let input = try value(step.input, calling(place))
        guard let child = reference.graphs[step.workflow] else {
            throw Failure(code: "workflow.not_found", message: "")
        }
        let admitted = try admit(input, child.main.input)
        let id = InstanceID(childOf: header.id, run: run, step: MemoKey(place.key), attempt: 1)
        let stop = step.isDetached || stops.first == .max ? nil : stops.first
        var account = reference.account(of: step.workflow, input: admitted, id: id, start: start)
        // An end at the very moment of the stop came first.
        if let stop, account.endedAt > stop {
            account = reference.account(of: step.workflow, input: admitted, id: id, start: start, cancel: stop)
        }
        var ran = Ran(end: .success(["instanceId": .string(id.text)]), at: start, calls: account.calls)
        if step.isDetached { return ran }
        ran.at = account.endedAt
        if account.status == .completed {
            let output = account.output ?? .null
            ran.end = .success(try step.returns.map { (returns) throws(Failure) in try admit(output, returns) } ?? output)
        } else if stops.first <= ran.at {
            ran.end = .stopped(stops.firstCause)
        } else {
            let failure = account.failure ?? Failure(code: "unknown", message: "")
            ran.end = .failure(
                Failure(
                    code: "workflow." + account.status.rawValue, message: "",
                    isRetryable: account.status == .failed && failure.isRetryable, cause: failure))
        }
        return ran
    }

    // MARK: - Values and keys

    func value(_ expression: ValueExpression, _ place: Place) throws(Failure) -> Value {
        do {
            let value = try expression.evaluate(place.scope)
            if JSON.obstacle(to: value) != nil { throw EvaluationFailure(kind: .expression, message: "", range: 0..<0) }
            return value
        } catch let error as EvaluationFailure {
            throw Failure(code: error.kind == .limit ? "limit.expression" : "expression", message: error.message)
        } catch {
            throw Failure(code: "expression", message: "\(error)")
        }
    }

    func admit(_ value: Value, _ contract: ValueContract) throws(Failure) -> Value {
        guard case .success(let admitted) = contract.admit(value) else { throw Failure(code: "schema", message: "") }
        return admitted
    }

    /// With `step` in sight; its key is not looked at here.
    func calling(_ place: Place) -> Place {
        place.at(place.key, Variables([["key": .string(place.key)]], in: place.scope))
    }

    func instant(of limit: TimeLimit, _ place: Place, _ now: Int64) throws(Failure) -> Int64 {
        switch limit {
        case .after(let expression):
            guard case .duration(let span) = try value(expression, place) else {
                throw Failure(code: "expression", message: "not a duration")
            }
            return now + max(0, span.microseconds)
        case .until(let expression):
            guard case .timestamp(let time) = try value(expression, place) else {
                throw Failure(code: "expression", message: "not a timestamp")
            }
            return max(now, time.since(reference.epoch).microseconds)
        }
    }

    func join(_ prefix: String, _ id: String) -> String { prefix.isEmpty ? id : prefix + "/" + id }

    func phase(_ node: Node, _ place: Place, _ name: String) -> String {
        (node.id.isEmpty && !place.key.isEmpty ? place.key + "/" : place.key) + "." + name
    }

    /// language.md §9: every byte but letters, digits, `-` and `_` as `%XX`.
    func escaped(_ key: Value) -> String {
        let text = key.stringValue ?? JSON.text(key)
        return text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
                || byte == 0x5F
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + hex
        }.joined()
    }
}
