import Synchronization
import TestSupport
import Values
import WorkflowDefinitions
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
        /// Cron triggers: as long as there is one nothing rests.
        var schedules = false
        /// How long ended instances are kept.
        var retention = false
        /// Only what happens at instants of its own: no two things of a run happen at once, and nobody outside sends anything.
        var isTimed = false
        /// Its actions are those of a real server, and its output shows what its steps came to.
        var isReal = false

        /// What the reference interpreter reads.
        static let timed: Features = {
            var features = Features()
            features.gates = false
            features.isTimed = true
            return features
        }()

        /// The same for a real server: nothing whose value cannot be known before.
        static let real: Features = {
            var features = timed
            features.isReal = true
            return features
        }()

        static func drawn(_ random: inout SeededGenerator) -> Features {
            var features = Features()
            features.waits = random.chance(850)
            features.loops = random.chance(500)
            features.branches = random.chance(500)
            features.children = random.chance(400)
            features.emits = random.chance(300)
            features.continues = random.chance(300)
            features.triggers = random.chance(300)
            features.gates = random.chance(350)
            features.schedules = random.chance(250)
            features.retention = random.chance(250)
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
                graphs = try Self.compile(texts)
                self.texts = texts
                return
            } catch {
                latest = FaultyGeneration(description: "\(error)\n" + texts.joined(separator: "\n---\n"))
            }
        }
        throw latest
    }

    /// The graphs of workflows `sim-0`, `sim-1`, … in this order.
    static func compile(_ texts: [String]) throws -> [StepGraph] {
        let analysis = analyzeDefinitions(texts.enumerated().map { (path: "sim-\($0.offset).yaml", text: $0.element) })
        return try texts.indices.map { number in
            guard let graph = analysis.workflow("sim-\(number)")?.graph else {
                throw FaultyGeneration(description: analysis.diagnostics.map { "\($0)" }.joined(separator: "\n"))
            }
            return graph
        }
    }

    /// What somebody may send to an instance with this `input.id` and to its children, each at a moment of its own.
    func events(
        for id: String, until end: Int64, _ random: inout SeededGenerator
    ) -> [ReferenceInterpreter.Sent] {
        var sent: [ReferenceInterpreter.Sent] = []
        for graph in graphs {
            for name in graph.events.keys.filter({ $0.hasPrefix("go_") }).sorted() {
                for _ in 0..<random.below(3) {
                    let at = random.within(1...(random.chance(700) ? end / 20 : end))
                    sent.append(.init(at: at, name: name, data: ["id": .string(id), "good": .bool(random.chance(750))]))
                }
            }
        }
        return sent
    }

    struct FaultyGeneration: Error, CustomStringConvertible { var description: String }
}

/// A random project of random features with what its author may turn it into.
struct DrawnProject {
    let texts: [String]
    let graphs: [StepGraph]
    /// Another output: nothing that has been recorded contradicts it.
    let touched: [StepGraph]
    /// Workflows of the same names that do something else.
    let others: [StepGraph]

    private init(seed: UInt64) throws {
        var random = SeededGenerator.derived(seed, "features")
        let features = RandomProject.Features.drawn(&random)
        let project = try RandomProject(seed: seed, features: features)
        texts = project.texts
        graphs = project.graphs
        touched = try RandomProject.compile(
            texts.map { $0.replacing(RandomDefinition.output, with: "output: { n: \"${{ input.n }}\", edited: true }") })
        others = try RandomProject(seed: ~seed, features: features, workflows: texts.count).graphs
    }

    private static let latest = Mutex<[UInt64: DrawnProject]>([:])

    /// Made once for the few threads that run neighbouring seeds.
    static func shared(_ seed: UInt64) throws -> DrawnProject {
        if let known = latest.withLock({ $0[seed] }) { return known }
        let project = try DrawnProject(seed: seed)
        latest.withLock { kept in
            if kept.count >= 8 { kept.removeAll() }
            kept[seed] = project
        }
        return project
    }
}
