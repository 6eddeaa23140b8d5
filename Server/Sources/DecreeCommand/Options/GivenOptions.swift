/// The values that were given, and where.
struct GivenOptions: Sendable {
    private var values: [String: String] = [:]
    /// What the operator should know although nothing is wrong.
    var warnings: [String] = []
    /// What is worth a line in the log.
    var notes: [String] = []

    init() {}

    /// Takes a value whose form was checked.
    mutating func set(_ option: ServeOption, _ value: String) { values[option.name] = value }

    func isGiven(_ name: String) -> Bool { values[name] != nil }

    /// The value given, or the standard one.
    func text(_ name: String) -> String { values[name] ?? ServeOptionTable.option(name).standard }

    func flag(_ name: String) -> Bool { GoValues.bool(text(name)) ?? false }

    func integer(_ name: String) -> Int { GoValues.integer(text(name)) ?? 0 }

    func duration(_ name: String) -> Duration { GoValues.duration(text(name)) ?? .zero }

    func list(_ name: String) -> [String] { GoValues.list(text(name)) }

    /// No URLs when the text is empty.
    func urls(_ name: String) -> [ServeURL] { (try? ServeURL.list(text(name))) ?? [] }

    /// The names given, in the order of the table.
    var givenOptions: [ServeOption] { ServeOptionTable.all.filter { isGiven($0.name) } }
}
