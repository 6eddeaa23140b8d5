import Testing

@testable import DecreeLearning

@Suite("The search")
struct SearchTests {
    /// A jug of five and a jug of three, filled, emptied and poured into each other until one holds four: all that can
    /// happen is known by hand.
    private struct Jugs: Explorable {
        enum Action: CaseIterable { case fillFive, fillThree, emptyFive, emptyThree, pourIntoThree, pourIntoFive }

        var five = 0
        var three = 0
        let wanted: Int

        func actions() -> [Action] { Action.allCases }

        mutating func perform(_ action: Action) -> String? {
            switch action {
            case .fillFive: five = 5
            case .fillThree: three = 3
            case .emptyFive: five = 0
            case .emptyThree: three = 0
            case .pourIntoThree: (five, three) = (max(five + three - 3, 0), min(five + three, 3))
            case .pourIntoFive: (five, three) = (min(five + three, 5), max(five + three - 5, 0))
            }
            return five == wanted ? "\(wanted) litres" : nil
        }
    }

    @Test("It visits every state, and no other")
    func complete() {
        let search = Search(from: Jugs(wanted: 6))
        #expect(search.isComplete && search.counterexample == nil && search.states == 16 && search.transitions == 96)
    }

    @Test("What it finds it finds in the fewest steps")
    func shortest() throws {
        let found = try #require(Search(from: Jugs(wanted: 4)).counterexample)
        #expect(found.text == "4 litres" && found.actions.count == 6)
    }

    @Test("It ends at its limit and says so")
    func limit() {
        let search = Search(from: Jugs(wanted: 6), maximumStates: 10)
        #expect(!search.isComplete && search.states == 10)
    }

    /// Counts to three.
    private struct Counter: Explorable {
        var number = 0
        func actions() -> [Int] { number < 3 ? [1] : [] }
        mutating func perform(_ action: Int) -> String? {
            number += action
            return nil
        }
        func ended() -> String? { "ends at \(number)" }
    }

    @Test("Where nothing can happen any more it asks whether that may be")
    func ends() throws {
        let search = Search(from: Counter())
        #expect(search.ends == 1 && search.counterexample?.text == "ends at 3")
    }
}
