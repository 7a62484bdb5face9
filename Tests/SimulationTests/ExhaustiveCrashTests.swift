import Foundation
import Simulation
import TestSupport
import Testing
import Values
import WorkflowJournal

/// The definitions that ship, with a crash before, in and after every store operation of their lives.
struct ExhaustiveCrashTests {
    private static let definitions = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "definitions")

    private static func scenario(
        _ name: String, of workflow: String, input: Value, config: Value = [:],
        _ change: (inout ExhaustiveCrashes.Scenario) -> Void = { _ in }
    ) throws -> ExhaustiveCrashes.Scenario {
        let files = try projectFiles()
        guard let text = files.first(where: { $0.path == "\(workflow).yaml" })?.text else {
            throw FaultyDefinition(description: "there is no definition '\(workflow)'")
        }
        let others = files.filter { $0.path != "\(workflow).yaml" }
        var scenario = ExhaustiveCrashes.Scenario(
            name: name, graph: try compileWorkflow(text, files: others), config: config, input: input)
        change(&scenario)
        return scenario
    }

    /// Definitions and mail templates, by path relative to the folder.
    private static func projectFiles() throws -> [(path: String, text: String)] {
        let root = definitions.path(percentEncoded: false)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
            path.hasSuffix(".mustache") || path.hasSuffix(".yaml") && !path.hasSuffix(".test.yaml")
        }
        return try paths.sorted().map { path in
            (path: path, text: try String(contentsOf: definitions.appending(path: path), encoding: .utf8))
        }
    }

    private static let hour: Int64 = 3_600_000_000
    private static let unavailable = Failure(code: "http.503", message: "unavailable", isRetryable: true)

    private static func scenarios() throws -> [ExhaustiveCrashes.Scenario] {
        let shop: Value = ["ordersUrl": "https://orders.test", "paymentsUrl": "https://payments.test"]
        let order: Value = ["orderId": "o1", "customerId": "c1"]
        let scan = NewEvent(
            id: "s1", name: "shipment.label.scanned", source: "t", data: ["orderId": "o1", "trackingNumber": "T9"])
        let expense: Value = [
            "expenseId": "x1", "amount": 12.5, "employee": "e@example.com", "manager": "m@example.com",
            "director": "d@example.com",
        ]
        let approval: Value = ["expenseId": "x1", "decision": "approved", "by": "d@example.com"]
        let decision = NewEvent(id: "d1", name: "expense.decided", source: "t", data: approval)
        let accounting: Value = ["accountingUrl": "https://accounting.test"]
        let quotes: Value = ["primaryUrl": "https://one.test", "fallbackUrl": "https://two.test"]
        return [
            try scenario("hello", of: "hello", input: [:]),
            try scenario("order fulfilled", of: "order-fulfillment", input: order, config: shop) {
                $0.events = [(2 * hour, scan)]
                $0.failures = ["charge/send": [1: unavailable]]
            },
            try scenario("order scanned early", of: "order-fulfillment", input: order, config: shop) {
                $0.events = [(20_000, scan)]
            },
            try scenario("order never scanned, refunded at the second try", of: "order-fulfillment", input: order, config: shop)
            {
                $0.failures = ["charge.undo/refund/send": [1: unavailable]]
            },
            try scenario("order cancelled", of: "order-fulfillment", input: order, config: shop) { $0.cancelAt = hour },
            try scenario("expense approved late", of: "expense-approval", input: expense, config: accounting) {
                $0.events = [(80 * hour, decision)]
            },
            try scenario("expense never decided", of: "expense-approval", input: expense, config: accounting),
            try scenario("disk report", of: "disk-report", input: [:]),
            try scenario("second source", of: "fetch-with-fallback", input: ["symbol": "SWFT"], config: quotes) {
                $0.failures = [
                    "quote/send": [1: unavailable, 2: unavailable, 3: unavailable], "quote~2/send": [1: unavailable],
                    "quote~3/send": [1: unavailable],
                ]
            },
        ]
    }

    @Test func `Every shipped definition comes out the same, wherever its server dies`() throws {
        for scenario in try Self.scenarios() {
            let report = ExhaustiveCrashes.check(scenario)
            print("exhaustive: \(report.scenario): \(report.operations) operations, \(report.runs) runs")
            #expect(report.problem == nil, "\(report.scenario): \(report.problem ?? "")")
        }
    }
}
