import Testing
import WorkflowReplay

struct RecordedRunTests {
    @Test func `Placeholder`() { #expect(RecordedRun.version == 1) }
}
