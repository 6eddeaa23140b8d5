/// What an answer may still take, in bytes: one for all its parts.
struct AnswerRoom {
    /// What the parts so far have left.
    private(set) var left: Int
    /// Whether the answer is a query's, so that what the queries under way hold counts too.
    let isOfQuery: Bool

    init(byteCount: Int, isOfQuery: Bool = false) {
        left = byteCount
        self.isOfQuery = isOfQuery
    }

    /// - Throws: `responseTooLarge` when there is no room for as many bytes.
    @inline(__always)
    mutating func take(_ byteCount: Int) throws(StoreError) {
        if byteCount > left { throw .responseTooLarge }
        left -= byteCount
    }
}
