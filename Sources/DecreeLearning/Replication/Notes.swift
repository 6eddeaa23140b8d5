/// A small state machine to replicate: texts by their names.
struct Notes: Hashable {
    /// Ascending by name.
    private(set) var notes: [Note] = []

    struct Note: Hashable {
        let name: String
        let text: String
    }

    /// What may be asked of it.
    enum Input: Hashable {
        case put(String, String)
        /// Only where there is none of that name.
        case putIfAbsent(String, String)
        case append(String, String)
        case copy(String, to: String)
        /// A text becomes itself so many times over.
        case repeats(String, times: Int)
        /// All texts in capitals.
        case capitalize
        case remove(String)
    }

    /// What a state differs by from the one before: texts that are new or other, and nil where one is gone.
    struct Change: Hashable {
        let name: String
        let text: String?
    }

    func text(_ name: String) -> String? { notes.first { $0.name == name }?.text }

    /// The function of the state machine: the next state is a function of this one and the input.
    func applying(_ input: Input) -> Notes {
        var next = self
        switch input {
        case .put(let name, let text): next.set(name, text)
        case .putIfAbsent(let name, let text): if self.text(name) == nil { next.set(name, text) }
        case .append(let name, let more): next.set(name, (text(name) ?? "") + more)
        case .copy(let name, let other): if let text = text(name) { next.set(other, text) }
        case .repeats(let name, let times):
            if let text = text(name) { next.set(name, String(repeating: text, count: times)) }
        case .capitalize: next.notes = notes.map { Note(name: $0.name, text: $0.text.uppercased()) }
        case .remove(let name): next.set(name, nil)
        }
        return next
    }

    private mutating func set(_ name: String, _ text: String?) {
        notes.removeAll { $0.name == name }
        guard let text else { return }
        notes.insert(Note(name: name, text: text), at: notes.firstIndex { $0.name > name } ?? notes.count)
    }

    func changes(since former: Notes) -> [Change] {
        notes.filter { former.text($0.name) != $0.text }.map { Change(name: $0.name, text: $0.text) }
            + former.notes.filter { text($0.name) == nil }.map { Change(name: $0.name, text: nil) }
    }

    func applying(_ changes: [Change]) -> Notes {
        var next = self
        for change in changes { next.set(change.name, change.text) }
        return next
    }
}

// MARK: As bytes

/// Texts begin with their length in two bytes, and what is one of several with a byte that says which.
extension Notes.Input {
    var bytes: [UInt8] {
        switch self {
        case .put(let name, let text): [1] + name.counted + text.counted
        case .putIfAbsent(let name, let text): [2] + name.counted + text.counted
        case .append(let name, let text): [3] + name.counted + text.counted
        case .copy(let name, let other): [4] + name.counted + other.counted
        case .repeats(let name, let times): [5] + name.counted + [UInt8(truncatingIfNeeded: times)]
        case .capitalize: [6]
        case .remove(let name): [7] + name.counted
        }
    }
}

extension Notes {
    var bytes: [UInt8] { notes.flatMap { $0.name.counted + $0.text.counted } }

    static func bytes(of changes: [Change]) -> [UInt8] {
        changes.flatMap { change in change.name.counted + (change.text.map { [1] + $0.counted } ?? [0]) }
    }
}

extension String {
    fileprivate var counted: [UInt8] {
        let bytes = Array(utf8)
        return [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }
}
