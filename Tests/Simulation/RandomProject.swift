import TestSupport
import WorkflowGraph

/// Workflows made at random, as the text an author would write, over the parts of the language that a seed draws.
struct RandomProject {
    /// Parts of the language. Each run has its own subset, so that some are dense in one thing and free of others.
    struct Features {
        var waits = true
        var loops = true
        var branches = true
        var children = true
        var emits = true
        var continues = true
        var triggers = true
        var gates = true
        /// Only what happens at instants of its own: no two things of a run happen at once, and nobody outside sends anything.
        var isTimed = false

        /// What the reference interpreter reads.
        static let timed: Features = {
            var features = Features()
            features.triggers = false
            features.gates = false
            features.isTimed = true
            return features
        }()

        /// What one run of one instance can do by itself, each part in most seeds.
        static func drawn(_ random: inout SeededGenerator) -> Features {
            var features = Features()
            (features.children, features.emits, features.continues) = (false, false, false)
            (features.triggers, features.gates) = (false, false)
            features.waits = random.chance(850)
            features.loops = random.chance(600)
            features.branches = random.chance(600)
            return features
        }
    }

    let texts: [String]
    let graphs: [StepGraph]

    /// The first variation that `validate` lets pass.
    init(seed: UInt64, features: Features, workflows: Int? = nil) throws {
        var latest = FaultyGeneration(description: "")
        for variation in 0..<40 {
            var random = SeededGenerator.derived(seed, "project \(variation)")
            let count = workflows ?? 1 + random.below(3)
            let texts = (0..<count).map { number in
                var maker = RandomDefinition(random: random, features: features, number: number, of: count)
                defer { random = maker.random }
                return maker.make()
            }
            do {
                let files = texts.enumerated().map { (path: "sim-\($0.offset).yaml", text: $0.element) }
                graphs = try files.map { file in
                    try compileWorkflow(file.text, files: files.filter { $0.path != file.path })
                }
                self.texts = texts
                return
            } catch {
                latest = FaultyGeneration(description: "\(error)\n" + texts.joined(separator: "\n---\n"))
            }
        }
        throw latest
    }

    struct FaultyGeneration: Error, CustomStringConvertible { var description: String }
}
