extension Explanation {
    /// WF21xx: references and flow.
    static let references: [Explanation] = []
}
