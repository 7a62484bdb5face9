extension Explanation {
    /// WF01xx: the text itself.
    static let source: [Explanation] = []
}
