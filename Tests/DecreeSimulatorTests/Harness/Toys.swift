@testable import DecreeSimulator

/// Two clerks each add one to a number: they read it, and write back what they read and one more. All that can happen
/// is known by hand.
struct Clerks: BranchingHarness, Hashable {
    enum Event: Hashable {
        case reads(Int)
        case writes(Int)
    }

    enum Clerk: Hashable {
        case idle
        case holds(Int)
        case done
    }

    var number = 0
    var clerks = [Clerk.idle, .idle]
    /// Reading and writing are one step.
    let isAtomic: Bool

    func possibilities() -> [Event] {
        clerks.indices.compactMap { clerk in
            switch clerks[clerk] {
            case .idle: .reads(clerk)
            case .holds: .writes(clerk)
            case .done: nil
            }
        }
    }

    mutating func happen(_ event: Event, _ choices: inout Choices) -> Event {
        switch event {
        case .reads(let clerk):
            clerks[clerk] = .holds(number)
            if isAtomic { return happen(.writes(clerk), &choices) }
        case .writes(let clerk):
            guard case .holds(let seen) = clerks[clerk] else { break }
            number = seen + 1
            clerks[clerk] = .done
        }
        return event
    }
}

/// In the end both additions are there.
struct NothingLost: Observer, Hashable {
    func saw(_ event: Clerks.Event, in clerks: Clerks) -> String? { nil }

    func ended(_ clerks: Clerks) -> String? { clerks.number == 2 ? nil : "the number is \(clerks.number)" }
}

/// A token goes around a ring: who holds it may enter, leave, and pass it on; under way it may be lost, and then the
/// first node makes a new one.
struct TokenRing: BranchingHarness, Hashable {
    enum Event: Hashable {
        case enter(Int)
        case leave(Int)
        case pass(Int)
        case makeToken
    }

    let size: Int
    /// The planted bug: the token is passed on without leaving first.
    let passesInside: Bool
    var holder: Int? = 0
    var inside: Set<Int> = []

    func possibilities() -> [Event] {
        guard let holder else { return [.makeToken] }
        guard inside.contains(holder) else { return [.enter(holder), .pass(holder)] }
        return passesInside ? [.leave(holder), .pass(holder)] : [.leave(holder)]
    }

    mutating func happen(_ event: Event, _ choices: inout Choices) -> Event {
        switch event {
        case .enter(let node): inside.insert(node)
        case .leave(let node): inside.remove(node)
        case .pass(let node): holder = choices.chance(1, in: 10) ? nil : (node + 1) % size
        case .makeToken: holder = 0
        }
        return event
    }
}

/// Never are two inside.
struct OneInside: Observer, Hashable {
    func saw(_ event: TokenRing.Event, in ring: TokenRing) -> String? {
        ring.inside.count <= 1 ? nil : "\(ring.inside.sorted()) are inside"
    }
}
