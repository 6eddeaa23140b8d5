import ArgumentParser

/// Seeds as they are written on the command line: `7` or `1..300`, both ends included.
struct SeedRange: ExpressibleByArgument, Hashable, Sendable {
    let seeds: ClosedRange<UInt64>

    init(_ seeds: ClosedRange<UInt64>) { self.seeds = seeds }

    init?(argument: String) {
        if let seed = UInt64(argument) {
            seeds = seed...seed
            return
        }
        guard let dots = argument.firstRange(of: ".."), let first = UInt64(argument[..<dots.lowerBound]),
            let last = UInt64(argument[dots.upperBound...]), first <= last
        else { return nil }
        seeds = first...last
    }

    var defaultValueDescription: String { "\(seeds.lowerBound)..\(seeds.upperBound)" }
}
