import CEL
import JSONSchema
package import Values

extension ValueContract {
    /// What a value of this type looks like: required fields only, each with a value that is made up and fits as far as one was
    /// found.
    package var sample: Value {
        // Anything will do.
        var sample: Value = type == .any ? [:] : type.sample()
        guard case .failure(var violation) = admit(sample) else { return sample }
        // A schema may ask for more than the static type knows: a field that may be null and not be absent, a format, a bound.
        let whole = type.sample(isWhole: true)
        switch admit(whole) {
        case .success: return whole
        case .failure(let other) where other.violations.count < violation.violations.count: (sample, violation) = (whole, other)
        case .failure: break
        }
        for pointer in violation.violations.map(\.instancePointer) {
            let path = pointer.split(separator: "/").map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
            guard let misfit = sample.member(path) else { continue }
            let fitting = misfit.substitutes.lazy.map { sample.setting(path[...], to: $0) }
            sample = fitting.first { !violates($0, at: pointer) } ?? sample
        }
        return sample
    }

    private func violates(_ value: Value, at pointer: String) -> Bool {
        guard case .failure(let violation) = admit(value) else { return false }
        return violation.violations.contains { $0.instancePointer == pointer }
    }
}

extension StaticType {
    /// - Parameter isWhole: with its optional fields.
    fileprivate func sample(isWhole: Bool = false) -> Value {
        switch self {
        case .record(let record):
            let fields = record.fields.filter { isWhole || !$0.isOptional }
            return .map(ValueMap(fields.map { (.string($0.name), $0.type.sample(isWhole: isWhole)) }))
        case .enumeration(let members): return .string(members.first ?? "…")
        case .list: return []
        case .map: return [:]
        case .bool: return false
        case .int, .uint, .double: return 0
        case .timestamp: return "2026-01-01T00:00:00Z"
        case .duration: return "1h"
        case .nullable, .null, .optional: return .null
        case .any, .error, .never, .string, .secret, .bytes, .type: return "…"
        }
    }
}

extension Value {
    /// Values that schemas often ask for in place of this made-up one.
    fileprivate var substitutes: [Value] {
        switch self {
        case .string:
            [
                "name@example.com", "https://example.com/", "00000000-0000-4000-8000-000000000000", "2026-01-01T00:00:00Z",
                "2026-01-01", "00:00:00Z", "example.com",
            ]
        case .int: [1, 10, 100, 1_000, -1]
        case .map: ["…", 0, false, [], .null]
        case .null, .bool, .uint, .double, .bytes, .list, .timestamp, .duration, .type, .optional: []
        }
    }
}
