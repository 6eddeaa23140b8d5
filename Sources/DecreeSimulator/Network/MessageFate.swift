import PaxosBase
import PaxosLog

/// What becomes of a message on its way.
struct MessageFate {
    /// How many copies are carried; none of one that is lost.
    var copies = 1
    var isCorrupt = false
}

// Drawn in one go: one access to the choices for each message.
extension NetworkPlan {
    func fate(of message: Message, _ choices: inout Choices) -> MessageFate {
        guard !loses(message, &choices) else { return MessageFate(copies: 0) }
        let isDoubled = choices.chance(duplicatePerMille, in: 1_000)
        return MessageFate(copies: isDoubled ? 2 : 1, isCorrupt: choices.chance(corruptPerMille, in: 1_000))
    }

    private func loses(_ message: Message, _ choices: inout Choices) -> Bool {
        if choices.chance(lossPerMille, in: 1_000) { return true }
        return message.isAmong(unluckyKinds) && choices.chance(unluckyLossPercent, in: 100)
    }

    /// How long a message takes where nothing goes wrong.
    func shortDelay(_ choices: inout Choices) -> TimeSpan {
        TimeSpan(nanoseconds: delay.nanoseconds + choices.below(jitter.nanoseconds))
    }

    func delay(_ choices: inout Choices) -> (delay: TimeSpan, isLong: Bool) {
        let delay = shortDelay(&choices)
        guard choices.chance(longDelayPerMille, in: 1_000) else { return (delay, false) }
        return (TimeSpan(nanoseconds: delay.nanoseconds + choices.below(longDelay.nanoseconds)), true)
    }
}
