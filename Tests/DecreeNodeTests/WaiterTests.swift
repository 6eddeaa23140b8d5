import Testing

@testable import DecreeNode

@Suite("Who waits for what")
struct WaiterTests {
    @Test("A waiter is met once, and never by a number that was given before")
    func waiters() {
        var table = WaiterTable<Int>()
        let first = table.insert(1)
        let second = table.insert(2)
        #expect(table.take(first) == 1)
        #expect(table.take(first) == nil)
        let third = table.insert(3)
        #expect(third != first)
        #expect(table.take(first) == nil)
        table.removeAll { $0 == 2 }
        #expect(table.take(second) == nil && table.count == 1)
        #expect(table.takeAll() == [3] && table.isEmpty)
    }

    @Test("A port that was closed gets nothing, though its place is used again")
    func ports() {
        var places = PortPlaces()
        let first = places.open()
        places.close(first)
        let second = places.open()
        #expect(second.place == first.place)
        #expect(places.isOpen(second) && !places.isOpen(first))
        places.close(first)
        #expect(places.isOpen(second))
    }

    @Test("A row gives out in order what was not removed from its midst")
    func row() {
        var row = Row<Int>()
        for number in 0..<200 { row.append(number) }
        for number in 0..<100 { #expect(row.popFirst() == number) }
        #expect(row.removeAll { $0 % 2 == 0 } == Array(stride(from: 100, to: 200, by: 2)))
        row.append(300)
        #expect(row.count == 51 && row.popFirst() == 101)
        #expect(row.removeAll { _ in true }.last == 300)
        #expect(row.isEmpty && row.popFirst() == nil)
    }
}
