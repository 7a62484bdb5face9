/// Bugs built in on purpose: each must be caught by the checker (guarantees.md §2, "Testing the tester").
package enum DeliberateBug: String, Sendable, CaseIterable {
    case timeoutIgnoresEarlierEvent
    case resultAndNextStepInTwoCommits
    case attemptsCountedInMemory
    case interruptionsForgotten
    case retryWithoutItsDelay
    case memoIgnoredAfterRestart
    case eventConsumedTwice
    case waitRegisteredWithoutLookingBack
    case cancelLostOnRestart
    case atMostOnceRepeated
    case undoLeftOut
    case actionBeforeItsCommit
    case startAnsweredBeforeItsCommit
    case timersAheadOfTheClock
    case idempotencyKeyIgnored
    case resultChangedOnTheWay
    case gateLetsInOneMore
    case childEndForgottenOnRestart
    case childrenNotCancelled
    case emittedEventLost
    case triggersIgnored
    case retryUnderNewKey
    case keptResultsBlanked
    case whereIgnored
    case secretStored
    case sleepsOverAfterRestart
    case attemptsResetOnRestart
    case repeatedEventStoredAgain
    case deadlineForgotten
    case resumeLost
    case marksConsumedUnseen
    case skippedInstantsUnrecorded
    case overlapIgnored
    case schedulePositionForgotten
    case schedulesBegunAnewOnRestart
    case removedBeforeTheirTime
    case eventsRemovedBeforeTheirTime
    case retentionOfDefinitionsIgnored
    case crashesNotCounted

    /// What is wrong, in words.
    package var summary: String {
        switch self {
        case .timeoutIgnoresEarlierEvent: "a wait that times out is closed without looking for an earlier event"
        case .resultAndNextStepInTwoCommits: "a step's result and what follows from it are two commits"
        case .attemptsCountedInMemory: "the number of the attempt is not stored"
        case .interruptionsForgotten: "the number of interruptions is not stored"
        case .retryWithoutItsDelay: "a failed attempt is repeated at once"
        case .memoIgnoredAfterRestart: "after a restart a recorded step runs again"
        case .eventConsumedTwice: "what a wait took is not recorded as consumed"
        case .waitRegisteredWithoutLookingBack: "a new wait does not look at events that were there before"
        case .cancelLostOnRestart: "a request to cancel does not survive a restart"
        case .atMostOnceRepeated: "an interrupted at_most_once step is repeated"
        case .undoLeftOut: "compensations are not registered"
        case .actionBeforeItsCommit: "an action begins when its announcement is submitted, not when it is committed"
        case .startAnsweredBeforeItsCommit: "a start is answered when it is submitted, not when it is committed"
        case .timersAheadOfTheClock: "timers fire half a minute early"
        case .idempotencyKeyIgnored: "the key of a start is not stored"
        case .resultChangedOnTheWay: "another result than the action's is recorded"
        case .gateLetsInOneMore: "`concurrency` lets in one more than its limit"
        case .childEndForgottenOnRestart: "the end of a child does not survive a restart"
        case .childrenNotCancelled: "what stops the parent is not passed on to its children"
        case .emittedEventLost: "an `emit` step completes and its event is not stored"
        case .triggersIgnored: "an accepted event starts nothing"
        case .retryUnderNewKey: "an operator's retry repeats the failed step under a new idempotency key"
        case .keptResultsBlanked: "an operator's retry keeps steps without their results"
        case .whereIgnored: "a wait takes an event that its `where` declines"
        case .secretStored: "failures are stored with the secrets that the other side repeated"
        case .sleepsOverAfterRestart: "after a restart sleeps and timeouts count as over"
        case .attemptsResetOnRestart: "after a restart attempts are counted from the beginning"
        case .repeatedEventStoredAgain: "an event that is sent again gets another place"
        case .deadlineForgotten: "the workflow's timeout is not stored"
        case .resumeLost: "a request to resume is answered and not stored"
        case .marksConsumedUnseen: "a transition takes marks for seen that came after it was computed"
        case .skippedInstantsUnrecorded: "an instant of a cron trigger that starts nothing is not recorded"
        case .overlapIgnored: "a cron trigger fires whatever became of the instance before"
        case .schedulePositionForgotten: "how far a cron trigger has come is not stored"
        case .schedulesBegunAnewOnRestart: "after a restart cron triggers begin from now"
        case .removedBeforeTheirTime: "ended instances are removed whatever their age"
        case .eventsRemovedBeforeTheirTime: "events are removed after a minute"
        case .retentionOfDefinitionsIgnored:
            "the server's default decides how long instances are kept, whatever their definition says"
        case .crashesNotCounted: "who was worked on when the server died is forgotten"
        }
    }
}
