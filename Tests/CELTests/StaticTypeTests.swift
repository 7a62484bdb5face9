import CEL
import Testing

struct StaticTypeTests {
    private let line = StaticType.record([("sku", .string), ("qty", .int)])

    @Test func `joins follow language.md §7`() {
        #expect(StaticType.int.join(.double) == .double)
        #expect(StaticType.null.join(.string) == .nullable(.string))
        #expect(StaticType.nullable(.int).join(.double) == .nullable(.double))
        #expect(StaticType.list(.never).join(.list(.string)) == .list(.string))
        #expect(StaticType.map(key: .never, value: .never).join(line) == line)
        #expect(StaticType.never.join(.string) == .string)
        #expect(StaticType.string.join(.int) == .any)
        #expect(StaticType.error.join(.int) == .error)
        #expect(StaticType.enumeration(["a"]).join(.enumeration(["b", "a"])) == .enumeration(["a", "b"]))
        #expect(StaticType.enumeration(["a"]).join(.string) == .string)
        #expect(StaticType.secret.join(.string) == .secret)
    }

    @Test func `records join field by field, one-sided fields become optional`() {
        let other = StaticType.record([("sku", .string), ("note", .string)])
        guard case .record(let joined) = line.join(other) else {
            Issue.record("no record")
            return
        }
        #expect(joined.fields.map(\.name) == ["note", "qty", "sku"])
        #expect(joined.fields.map(\.isOptional) == [true, true, false])
    }

    @Test func `a join has alternatives where both sides have the same`() {
        let other = StaticType.record([("name", .string)])
        for (type, keeps) in [(Sample.answer, true), (.null, true), (.never, true), (other, false)] {
            guard case .record(let joined) = Sample.answer.join(type).withoutNull else {
                Issue.record("no record")
                continue
            }
            #expect(joined.alternatives.isEmpty != keeps, "\(type)")
        }
    }

    @Test func `joins are the same from both sides`() {
        let types: [StaticType] = [
            .any, .never, .null, .int, .double, .string, .list(.int), .list(.never), line, .nullable(.int), .secret,
            .map(key: .string, value: .int), .enumeration(["a"]), .optional(.int),
        ]
        for a in types { for b in types { #expect(a.join(b) == b.join(a), "\(a) and \(b)") } }
    }

    @Test func `what fits where`() {
        #expect(StaticType.int.isAssignable(to: .double))
        #expect(!StaticType.double.isAssignable(to: .int))
        #expect(StaticType.string.isAssignable(to: .nullable(.string)))
        #expect(!StaticType.nullable(.string).isAssignable(to: .string))
        #expect(StaticType.null.isAssignable(to: .nullable(.int)))
        #expect(StaticType.optional(.int).isAssignable(to: .nullable(.int)))
        #expect(StaticType.enumeration(["a"]).isAssignable(to: .enumeration(["a", "b"])))
        #expect(!StaticType.enumeration(["c"]).isAssignable(to: .enumeration(["a", "b"])))
        #expect(!StaticType.string.isAssignable(to: .enumeration(["a"])))
        #expect(StaticType.any.isAssignable(to: .int) && StaticType.int.isAssignable(to: .any))
        #expect(StaticType.list(.never).isAssignable(to: .list(.string)))
        #expect(StaticType.never.isAssignable(to: .string))
        #expect(line.isAssignable(to: .map(key: .string, value: .any)))
        #expect(!line.isAssignable(to: .map(key: .string, value: .string)))
    }

    @Test func `records need the fields, and closed ones refuse others`() {
        let wanted = RecordType(fields: [
            .init(name: "sku", type: .string), .init(name: "gift", type: .string, isOptional: true),
        ])
        #expect(StaticType.record([("sku", .string)]).isAssignable(to: .record(wanted)))
        #expect(StaticType.record([("sku", .string), ("gift", .nullable(.string))]).isAssignable(to: .record(wanted)))
        #expect(!StaticType.record([("gift", .string)]).isAssignable(to: .record(wanted)))
        #expect(!line.isAssignable(to: .record(wanted)))
        #expect(line.isAssignable(to: .record(RecordType(fields: wanted.fields, isOpen: true))))
    }

    @Test func `an object of unknown fields fits where any would`() {
        #expect(StaticType.record([], isOpen: true).isAssignable(to: line))
        #expect(StaticType.map(key: .string, value: .any).isAssignable(to: line))
        #expect(!StaticType.map(key: .string, value: .string).isAssignable(to: line))
        #expect(!StaticType.record([("sku", .string)], isOpen: true).isAssignable(to: line))
    }

    @Test func `types are written as authors write them`() {
        #expect(StaticType.nullable(.list(.map(key: .string, value: .double))).description == "list(map(number))?")
        #expect(StaticType.enumeration(["a", "b"]).description == "enum(a | b)")
        #expect(line.description == "{ qty: integer, sku: string }")
        #expect(StaticType.record(RecordType(name: "Line", fields: [])).description == "Line")
    }
}
