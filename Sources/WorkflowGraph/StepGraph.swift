// WorkflowGraph: the checked meaning of a definition as plain data, which the interpreter runs.
//
// Invariant: nobody before this module has heard of journals, nobody after it of YAML. Immutable, Sendable, shared by all
// instances of a definition.
//
// Start at `StepGraph`; `Node.Kind` lists what a step can be; `ScopeLayout` says where expressions find their variables.

package import CEL
package import Diagnostics
package import Values

/// A workflow with everything it calls, ready to run.
package struct StepGraph: Sendable {
    /// Name of the workflow.
    package let workflow: String
    package let description: String?
    /// Of the canonical parsed definition, everything it calls, and `semantics`.
    package let digest: ContentDigest
    /// Version of the meaning of the language and the built-in actions.
    package let semantics: Int
    package let nodes: [Node]
    package let blocks: [Block]
    /// The workflow itself, then each composite action it uses, in order of first use.
    package let files: [FileBody]
    /// Payload types of events, by name.
    package let events: [String: ValueContract]
    /// Deployment settings the closure declares, with their types.
    package let config: [ConfigSetting]
    package let labels: [Label]
    /// Limit of a run.
    package let timeout: TimeSpan?
    /// The sets of payload paths that waits of this graph match by; sorted, unique.
    package let matchSets: [EventPaths]
    package let triggers: [Trigger]
    /// How many instances may be active; nil: any number.
    package let concurrency: Concurrency?
    /// How long ended instances are kept, by terminal status as it is stored; what is not there follows the server.
    package let retention: [String: TimeSpan]

    package struct Label: Sendable {
        package var name: String
        /// Evaluated in the file scope.
        package var value: ValueExpression

        package init(name: String, value: ValueExpression) {
            self.name = name
            self.value = value
        }
    }

    package struct ConfigSetting: Sendable {
        package var name: String
        package var contract: ValueContract
        /// Nil when the setting must be given.
        package var defaultValue: Value?

        package init(name: String, contract: ValueContract, defaultValue: Value?) {
            self.name = name
            self.contract = contract
            self.defaultValue = defaultValue
        }
    }

    /// What starts instances beside the API. Equal `identity`s are one trigger over edits of the definition.
    package struct Trigger: Sendable {
        package enum Source: Sendable {
            /// One instance per event of one of these names for which `where` is true. Evaluated in the trigger scope.
            case event(names: [String], where: ValueExpression?)
            case cron(Cron)
        }

        package struct Cron: Sendable, Hashable {
            package enum CatchUp: String, Sendable { case none, last, all }
            package enum Overlap: String, Sendable { case allow, skip, replace }

            package var pattern: String
            /// IANA name.
            package var timezone: String
            package var catchUp: CatchUp
            package var overlap: Overlap

            package init(pattern: String, timezone: String, catchUp: CatchUp, overlap: Overlap) {
                self.pattern = pattern
                self.timezone = timezone
                self.catchUp = catchUp
                self.overlap = overlap
            }
        }

        package var source: Source
        /// The workflow's input. Evaluated in the trigger scope.
        package var input: ValueExpression

        package init(source: Source, input: ValueExpression) {
            self.source = source
            self.input = input
        }

        /// With the workflow's name it names the trigger: the cron pattern and zone, or the event names in order.
        package var identity: String {
            switch source {
            case .event(let names, _): "event " + names.sorted { $0.precedesByCodePoint($1) }.joined(separator: " ")
            case .cron(let cron): "cron \(cron.timezone) \(cron.pattern)"
            }
        }
    }

    package struct Concurrency: Sendable {
        package enum Overflow: String, Sendable { case queue, reject, replace }

        /// Nil: one key for the whole workflow. Evaluated in the gate scope.
        package var key: ValueExpression?
        /// At least 1.
        package var limit: Int
        package var overflow: Overflow

        package init(key: ValueExpression?, limit: Int, overflow: Overflow) {
            self.key = key
            self.limit = limit
            self.overflow = overflow
        }
    }

    package struct EventPaths: Sendable, Hashable {
        package var event: String
        package var paths: [String]

        package init(event: String, paths: [String]) {
            self.event = event
            self.paths = paths
        }
    }

    package init(
        workflow: String, description: String?, digest: ContentDigest, semantics: Int, nodes: [Node], blocks: [Block],
        files: [FileBody], events: [String: ValueContract], config: [ConfigSetting], labels: [Label], timeout: TimeSpan?,
        matchSets: [EventPaths], triggers: [Trigger] = [], concurrency: Concurrency? = nil, retention: [String: TimeSpan] = [:]
    ) {
        self.workflow = workflow
        self.description = description
        self.digest = digest
        self.semantics = semantics
        self.nodes = nodes
        self.blocks = blocks
        self.files = files
        self.events = events
        self.config = config
        self.labels = labels
        self.timeout = timeout
        self.matchSets = matchSets
        self.triggers = triggers
        self.concurrency = concurrency
        self.retention = retention
    }

    package var main: FileBody { files[0] }
    /// Workflows that its steps start.
    package var invokedWorkflows: [String] {
        nodes.compactMap { if case .invoke(let invoke) = $0.kind { invoke.workflow } else { nil } }
    }
    package subscript(_ node: NodeIndex) -> Node { nodes[Int(node.number)] }
    package subscript(_ block: BlockIndex) -> Block { blocks[Int(block.number)] }
    package subscript(_ file: FileIndex) -> FileBody { files[Int(file.number)] }
}

package struct NodeIndex: Sendable, Hashable {
    package let number: Int32
    package init(_ number: Int) { self.number = Int32(number) }
}

package struct BlockIndex: Sendable, Hashable {
    package let number: Int32
    package init(_ number: Int) { self.number = Int32(number) }
}

package struct FileIndex: Sendable, Hashable {
    package let number: Int32
    package init(_ number: Int) { self.number = Int32(number) }
}

/// A workflow or composite action: its body as one node with the empty id.
package struct FileBody: Sendable {
    package var name: String
    package var input: ValueContract
    /// What the file may read of secrets, in the order of their slots.
    package var secrets: [String]
    /// `finally(catching(shaped(group)))`, as far as the file has them. The root of the workflow, and of a file with a
    /// `return`, always has a `catching` node, if need be without clauses: compensation of the instance happens there, and a
    /// `return` ends there. In `shaped` here, `returns` is the declared type of the file's output, asserted after `output`.
    package var root: NodeIndex
    /// The declared or inferred type of the output.
    package var outputType: StaticType
    /// Its name, and its `input:` key if it has one, in its file.
    package var nameRange: SourceRange?
    package var inputRange: SourceRange?

    package init(name: String, input: ValueContract, secrets: [String], root: NodeIndex, outputType: StaticType) {
        self.name = name
        self.input = input
        self.secrets = secrets
        self.root = root
        self.outputType = outputType
    }
}

/// A list of steps: run in order by a group, at once by `parallel`, the first that applies by `switch`.
package struct Block: Sendable {
    /// The outermost node of each step; the position is the step's slot in the block's scope.
    package var steps: [NodeIndex]

    package init(steps: [NodeIndex]) { self.steps = steps }
}
