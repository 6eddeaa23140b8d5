import PaxosBase

/// Anything that goes step by step and asks ``Choices`` wherever it could go otherwise: a protocol with its network, a
/// whole cluster, a toy.
///
/// The one requirement is that nothing else decides: a harness that makes equal choices goes the same way. A harness
/// that is a value can be explored as well (``Explorer``).
public protocol Harness {
    /// What happened in one step, for those who look on.
    associatedtype Event

    /// Lets the next thing happen.
    /// - Returns: What it was; nil when nothing can happen any more.
    mutating func advance(_ choices: inout Choices) -> Event?
}

/// A harness that lists what can happen next, and lets one of these happen.
///
/// The order of the list must not depend on anything but the state; further choices within a step are asked for when it
/// happens.
public protocol BranchingHarness: Harness {
    func possibilities() -> [Event]

    /// - Returns: What happened, which may tell more than the possibility did.
    @discardableResult
    mutating func happen(_ event: Event, _ choices: inout Choices) -> Event
}

extension BranchingHarness {
    public mutating func advance(_ choices: inout Choices) -> Event? {
        let possibilities = possibilities()
        guard !possibilities.isEmpty else { return nil }
        // What cannot be otherwise is no choice.
        let place = possibilities.count == 1 ? 0 : choices.index(below: possibilities.count)
        return happen(possibilities[place], &choices)
    }
}

/// Looks on: told every step after it happened. Checkers, traces and pages are observers.
public protocol Observer<Subject> {
    associatedtype Subject: Harness

    /// - Returns: What is wrong; nil when nothing is.
    mutating func saw(_ event: Subject.Event, in subject: Subject) -> String?

    /// The run is over, since nothing can happen any more.
    /// - Returns: What is wrong; nil when nothing is.
    mutating func ended(_ subject: Subject) -> String?
}

extension Observer {
    public mutating func ended(_ subject: Subject) -> String? { nil }

    /// This observer and another as one.
    public func and<Other: Observer>(_ other: Other) -> ObserverPair<Self, Other> where Other.Subject == Subject {
        ObserverPair(first: self, second: other)
    }
}

/// Two observers as one: what the first finds comes first.
public struct ObserverPair<First: Observer, Second: Observer>: Observer where First.Subject == Second.Subject {
    public var first: First
    public var second: Second

    public mutating func saw(_ event: First.Subject.Event, in subject: First.Subject) -> String? {
        let found = first.saw(event, in: subject)
        let other = second.saw(event, in: subject)
        return found ?? other
    }

    public mutating func ended(_ subject: First.Subject) -> String? {
        let found = first.ended(subject)
        let other = second.ended(subject)
        return found ?? other
    }
}

extension ObserverPair: Hashable where First: Hashable, Second: Hashable {}
extension ObserverPair: Equatable where First: Equatable, Second: Equatable {}

/// Writes down what happened.
public struct TraceRecorder<Subject: Harness>: Observer {
    public private(set) var events: [Subject.Event] = []

    public init() {}

    public mutating func saw(_ event: Subject.Event, in subject: Subject) -> String? {
        events.append(event)
        return nil
    }
}

/// One run of a harness under an observer's eyes.
public struct Run<Looking: Observer> {
    public typealias Subject = Looking.Subject

    public var subject: Subject
    public var observer: Looking
    public var choices: Choices
    public private(set) var steps = 0
    /// What the observer found first.
    public private(set) var finding: String?

    public init(_ subject: Subject, _ observer: Looking, _ choices: Choices) {
        self.subject = subject
        self.observer = observer
        self.choices = choices
    }

    /// Goes on until nothing can happen any more, something is found, or a number of steps was made.
    /// - Returns: What was found.
    @discardableResult
    public mutating func go(atMost limit: Int = .max) -> String? {
        while finding == nil, steps < limit {
            guard let event = subject.advance(&choices) else {
                finding = observer.ended(subject)
                break
            }
            steps += 1
            finding = observer.saw(event, in: subject)
        }
        return finding
    }
}
