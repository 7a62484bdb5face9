import CEL
import Foundation
import Testing
import Values

/// CEL's public conformance suite, fetched by `scripts/suites cel`; everything that needs no protobuf messages.
struct ConformanceTests {
    /// What we do not do as the suite has it, each with why.
    static let exemptions: [String: String] = [:]

    struct Case: Sendable {
        var id: String
        var content: Value

        var expression: String { content["expr"]?.stringValue ?? "" }
        func has(_ flag: String) -> Bool { content[flag]?.boolValue ?? false }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(".suites/cel/cases.jsonl")

    static func cases() throws -> [Case]? {
        guard let text = try? String(contentsOf: folder, encoding: .utf8) else { return nil }
        var seen: [String: Int] = [:]
        return try text.split(separator: "\n").map { line in
            let content = try JSON.parse(String(line))
            let id = ["file", "section", "name"].map { content[$0]?.stringValue ?? "" }.joined(separator: "/")
            seen[id, default: 0] += 1
            return Case(id: seen[id] == 1 ? id : "\(id)#\(seen[id] ?? 0)", content: content)
        }
    }

    @Test func `every case of the public suite that needs no protobuf`() throws {
        guard let cases = try Self.cases() else {
            if ProcessInfo.processInfo.environment["WFRUN_REQUIRE_SUITES"] == "1" {
                Issue.record("the suite is not there: run scripts/suites cel")
            }
            return
        }
        #expect(cases.count == 1_429)
        var failures: [String] = []
        for testCase in cases where Self.exemptions[testCase.id] == nil {
            if let failure = Self.failure(of: testCase) {
                failures.append("\(testCase.id): \(testCase.expression)\n    \(failure)")
            }
        }
        #expect(failures.isEmpty, "\(failures.count) of \(cases.count) fail:\n\(failures.joined(separator: "\n"))")
    }

    @Test func `every exemption names a case that would fail`() throws {
        let cases = try Self.cases() ?? []
        let failing = Set(cases.filter { Self.failure(of: $0) != nil }.map(\.id))
        if cases.isEmpty { return }
        for id in Self.exemptions.keys { #expect(failing.contains(id)) }
    }

    /// Nil when the case has the result the suite wants.
    static func failure(of testCase: Case) -> String? {
        let content = testCase.content
        var variables: [ScopedVariable] = []
        for entry in content["types"]?.mapValue ?? [:] {
            guard case .string(let name) = entry.key else { continue }
            variables.append(
                ScopedVariable(name: name, type: TypeText.type(entry.value.stringValue ?? ""), slot: variables.count))
        }
        var values = Array(repeating: Value.null, count: variables.count)
        for entry in content["bindings"]?.mapValue ?? [:] {
            guard case .string(let name) = entry.key else { continue }
            if let index = variables.firstIndex(where: { $0.name == name }) {
                values[index] = Self.value(entry.value)
            } else {
                variables.append(ScopedVariable(name: name, type: .any, slot: variables.count))
                values.append(Self.value(entry.value))
            }
        }
        let options = ExpressionOptions(
            dialect: .standard, timeZones: FoundationZones(), container: content["container"]?.stringValue ?? "",
            checksTypes: !testCase.has("unchecked"),
            declaredFunctions: (content["functions"]?.listValue ?? []).compactMap(\.stringValue))
        let (expression, problems) = ExpressionCompiler.compile(
            testCase.expression, in: ExpressionScope(variables), options: options)
        guard let expression else {
            return testCase.has("error") ? nil : "does not compile: \(problems.map(\.message))"
        }
        if let wanted = content["type"]?.stringValue, TypeText.text(expression.type) != wanted {
            return "has type \(TypeText.text(expression.type)), expected \(wanted)"
        }
        if testCase.has("checkOnly") { return nil }
        do {
            let result = try expression.evaluate(Slots(values: values))
            if testCase.has("error") { return "is \(result), expected an error" }
            guard let wanted = content["value"] else { return nil }
            let expected = Self.value(wanted)
            return Self.same(result, expected) ? nil : "is \(result), expected \(expected)"
        } catch {
            return testCase.has("error") ? nil : "fails: \(error.message)"
        }
    }

    private static func same(_ a: Value, _ b: Value) -> Bool {
        if case .double(let a) = a, case .double(let b) = b { return a == b || a.isNaN && b.isNaN }
        return a == b
    }

    private static func value(_ encoded: Value) -> Value {
        guard let pair = encoded.listValue, pair.count == 2, let kind = pair[0].stringValue else { return .null }
        let text = pair[1].stringValue ?? ""
        switch kind {
        case "bool": return pair[1]
        case "int": return .int(Int64(text) ?? Int64(text.dropFirst(2), radix: 16) ?? 0)
        case "uint": return .uint(UInt64(text) ?? UInt64(text.dropFirst(2), radix: 16) ?? 0)
        case "double": return .double(Double(text) ?? .nan)
        case "string": return .string(text)
        case "bytes": return .bytes(Hex.decode(text) ?? [])
        case "type": return .type(text)
        case "list": return .list((pair[1].listValue ?? []).map(value))
        case "map":
            return .map(
                ValueMap(
                    (pair[1].listValue ?? []).compactMap { entry -> (MapKey, Value)? in
                        guard let parts = entry.listValue, parts.count == 2 else { return nil }
                        switch value(parts[0]) {
                        case .bool(let key): return (.bool(key), value(parts[1]))
                        case .int(let key): return (.int(key), value(parts[1]))
                        case .uint(let key): return (.uint(key), value(parts[1]))
                        case .string(let key): return (.string(key), value(parts[1]))
                        default: return nil
                        }
                    }))
        case "timestamp", "duration":
            let parts = (pair[1].listValue ?? []).map { Int64($0.stringValue ?? "") ?? 0 }
            if kind == "duration" { return TimeSpan(seconds: parts[0], nanoseconds: parts[1]).map(Value.duration) ?? .null }
            return Timestamp(seconds: parts[0], nanoseconds: Int32(parts[1])).map(Value.timestamp) ?? .null
        default: return .null
        }
    }
}

/// Time zones as Foundation has them; the module itself takes them from outside.
struct FoundationZones: TimeZoneRules {
    func offsetSeconds(ofZone name: String, at instant: Timestamp) -> Int? {
        TimeZone(identifier: name)?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.seconds)))
    }
}

/// Types in CEL's own notation.
enum TypeText {
    static func text(_ type: StaticType) -> String {
        switch type {
        case .any, .error, .never: "dyn"
        case .int: "int"
        case .double: "double"
        case .bool: "bool"
        case .list(let element): "list(\(text(element)))"
        case .map(let key, let value): "map(\(text(key)), \(text(value)))"
        case .optional(let wrapped): "optional(\(text(wrapped)))"
        default: type.description
        }
    }

    static func type(_ text: String) -> StaticType {
        let simple: [String: StaticType] = [
            "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes, "null": .null,
            "timestamp": .timestamp, "duration": .duration, "type": .type,
        ]
        if let type = simple[text] { return type }
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "(") else { return .any }
        let inner = String(text[text.index(after: open)...].dropLast())
        switch text[..<open] {
        case "list": return .list(type(inner))
        case "optional": return .optional(type(inner))
        case "map":
            let parts = inner.split(separator: ",", maxSplits: 1).map { $0.drop { $0 == " " } }
            return parts.count == 2 ? .map(key: type(String(parts[0])), value: type(String(parts[1]))) : .any
        default: return .any
        }
    }
}
