/// Something whose every future can be gone through: a value that lists what can happen next and lets it happen.
///
/// Equal values must have equal futures, so whatever judges a run and remembers belongs into the value as well.
protocol Explorable: Hashable {
    /// One thing that can happen: small, since a search keeps one for each state.
    associatedtype Action

    /// What can happen now. The order depends on nothing but the value.
    func actions() -> [Action]

    /// Lets it happen.
    /// - Returns: What is wrong from now on; nil when nothing is.
    mutating func perform(_ action: Action) -> String?

    /// Nothing can happen any more.
    /// - Returns: What is wrong with that; nil when nothing is.
    func ended() -> String?
}

extension Explorable {
    func ended() -> String? { nil }
}
