// swift-tools-version: 6.2
import PackageDescription

// One row per module, in the order of ARCHITECTURE.md's layers: arrows point only to rows above.
//
// `WFRUN_MODULES=CEL,WorkflowInterpreter swift build --build-tests --scratch-path .build-core` narrows the package to those
// modules, what they need and their tests. That is the inner loop of the core: no server stack is fetched or built.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A library a module may depend on from outside this repository, and the package it comes from.
struct External {
    var product: String
    var package: String
    var url: String
    var version: Version
    var dependency: Target.Dependency { .product(name: product, package: package) }
}

let argumentParser = External(
    product: "ArgumentParser", package: "swift-argument-parser",
    url: "https://github.com/apple/swift-argument-parser", version: "1.8.2")
let asyncHTTPClient = External(
    product: "AsyncHTTPClient", package: "async-http-client",
    url: "https://github.com/swift-server/async-http-client", version: "1.37.0")
let grdb = External(
    product: "GRDB", package: "GRDB.swift",
    url: "https://github.com/groue/GRDB.swift", version: "7.10.0")
let grdbSQLite = External(
    product: "GRDBSQLite", package: "GRDB.swift",
    url: "https://github.com/groue/GRDB.swift", version: "7.10.0")
let deque = External(
    product: "DequeModule", package: "swift-collections",
    url: "https://github.com/apple/swift-collections", version: "1.6.0")
let heap = External(
    product: "HeapModule", package: "swift-collections",
    url: "https://github.com/apple/swift-collections", version: "1.6.0")
let hummingbird = External(
    product: "Hummingbird", package: "hummingbird",
    url: "https://github.com/hummingbird-project/hummingbird", version: "2.28.1")
let hummingbirdTesting = External(
    product: "HummingbirdTesting", package: "hummingbird",
    url: "https://github.com/hummingbird-project/hummingbird", version: "2.28.1")
let httpTypes = External(
    product: "HTTPTypes", package: "swift-http-types",
    url: "https://github.com/apple/swift-http-types", version: "1.8.0")
let logging = External(
    product: "Logging", package: "swift-log",
    url: "https://github.com/apple/swift-log", version: "1.16.2")
let nioCore = External(
    product: "NIOCore", package: "swift-nio",
    url: "https://github.com/apple/swift-nio", version: "2.101.2")
let nioPosix = External(
    product: "NIOPosix", package: "swift-nio",
    url: "https://github.com/apple/swift-nio", version: "2.101.2")
let nioHTTP1 = External(
    product: "NIOHTTP1", package: "swift-nio",
    url: "https://github.com/apple/swift-nio", version: "2.101.2")
let serviceLifecycle = External(
    product: "ServiceLifecycle", package: "swift-service-lifecycle",
    url: "https://github.com/swift-server/swift-service-lifecycle", version: "2.13.0")
let nioSSL = External(
    product: "NIOSSL", package: "swift-nio-ssl",
    url: "https://github.com/apple/swift-nio-ssl", version: "2.37.6")
let nioHTTPCompression = External(
    product: "NIOHTTPCompression", package: "swift-nio-extras",
    url: "https://github.com/apple/swift-nio-extras", version: "1.35.2")
let systemPackage = External(
    product: "SystemPackage", package: "swift-system",
    url: "https://github.com/apple/swift-system", version: "1.8.1")
let subprocess = External(
    product: "Subprocess", package: "swift-subprocess",
    url: "https://github.com/swiftlang/swift-subprocess", version: "1.0.2")

/// One module of the package with the modules and libraries it may import.
struct Module {
    enum Kind { case library, clang, systemLibrary(pkgConfig: String, apt: String), executable, test }
    var name: String
    var kind: Kind = .library
    var uses: [String] = []
    var external: [External] = []
    var resources: [Resource] = []
    var exclude: [String] = []
}

let modules: [Module] = [
    // Nothing of ours below these.
    Module(name: "Diagnostics"),
    Module(name: "Values"),
    Module(name: "CRE2", kind: .clang),
    Module(name: "LinearRegex", uses: ["CRE2"]),
    Module(name: "CStandardLibrary", kind: .clang),
    Module(name: "StandardLibrary", uses: ["CStandardLibrary"]),

    // The front end.
    Module(name: "CLibYAML", kind: .systemLibrary(pkgConfig: "yaml-0.1", apt: "libyaml-dev")),
    Module(name: "YAMLSyntax", uses: ["CLibYAML", "Diagnostics", "Values"]),
    Module(name: "CEL", uses: ["Diagnostics", "Values", "LinearRegex"]),
    Module(name: "JSONSchema", uses: ["Diagnostics", "Values", "LinearRegex"]),
    Module(name: "Schedules", uses: ["Diagnostics", "Values"]),
    Module(name: "Mustache", uses: ["Values"]),

    // The narrow waist, and what is stored.
    Module(name: "WorkflowGraph", uses: ["CEL", "JSONSchema", "Mustache", "Values", "Diagnostics"]),
    Module(name: "WorkflowJournal", uses: ["Values"]),

    Module(
        name: "WorkflowDefinitions",
        uses: [
            "YAMLSyntax", "CEL", "JSONSchema", "Schedules", "Mustache", "WorkflowGraph", "Values", "Diagnostics",
        ]),
    Module(name: "WorkflowInterpreter", uses: ["WorkflowGraph", "WorkflowJournal", "CEL", "JSONSchema", "Values"]),

    Module(
        name: "WorkflowEngine",
        uses: ["WorkflowInterpreter", "WorkflowGraph", "WorkflowJournal", "CEL", "Values", "Schedules", "Diagnostics"],
        external: [deque, heap]),
    Module(name: "JournalMemory", uses: ["WorkflowJournal", "Values"]),
    Module(
        name: "DefinitionTesting",
        uses: [
            "WorkflowDefinitions", "WorkflowEngine", "WorkflowInterpreter", "WorkflowGraph", "WorkflowJournal", "JournalMemory",
            "YAMLSyntax", "CEL", "JSONSchema", "Values", "Diagnostics",
        ]),
    Module(
        name: "WorkflowReplay",
        uses: ["WorkflowDefinitions", "WorkflowInterpreter", "WorkflowGraph", "WorkflowJournal", "Values", "Diagnostics"]),
    Module(name: "JournalSQLite", uses: ["WorkflowJournal", "Values"], external: [grdb, grdbSQLite]),
    Module(
        name: "BuiltinActions", uses: ["WorkflowEngine", "WorkflowJournal", "Values"],
        external: [
            asyncHTTPClient, subprocess, systemPackage, nioCore, nioPosix, nioHTTP1, nioSSL, nioHTTPCompression,
        ]),
    Module(
        name: "WorkflowServer",
        uses: [
            "WorkflowReplay", "WorkflowEngine", "WorkflowInterpreter", "WorkflowGraph", "WorkflowJournal", "CEL", "Values",
            "Diagnostics",
        ],
        external: [hummingbird, httpTypes, logging, nioCore]),
    Module(
        name: "WfrunCommands",
        uses: [
            "WorkflowServer", "WorkflowReplay", "BuiltinActions", "DefinitionTesting", "JournalSQLite", "JournalMemory",
            "WorkflowEngine",
            "WorkflowInterpreter",
            "WorkflowDefinitions", "WorkflowJournal", "WorkflowGraph", "StandardLibrary", "JSONSchema", "CEL", "YAMLSyntax",
            "Schedules", "Values", "Diagnostics",
        ],
        external: [argumentParser, asyncHTTPClient, httpTypes, hummingbird, logging, serviceLifecycle, nioCore, nioHTTP1]),
    Module(name: "wfrun", kind: .executable, uses: ["WfrunCommands"]),

    // Test-only libraries live under Tests: nothing that ships can import them.
    Module(name: "JournalContract", uses: ["WorkflowJournal", "Values"]),
    Module(
        name: "TestSupport",
        uses: [
            "WorkflowJournal", "WorkflowGraph", "WorkflowInterpreter", "WorkflowDefinitions", "StandardLibrary", "CEL",
            "JSONSchema", "YAMLSyntax", "Values", "Diagnostics",
        ]),
    Module(
        name: "Simulation",
        uses: [
            "WorkflowEngine", "WorkflowInterpreter", "WorkflowDefinitions", "WorkflowGraph", "WorkflowJournal", "JournalMemory",
            "Schedules",
            "StandardLibrary", "TestSupport", "Values",
        ]),
    Module(name: "ReferenceAccounts", kind: .executable, uses: ["Simulation", "Values"]),

    Module(name: "DiagnosticsTests", kind: .test, uses: ["Diagnostics"]),
    Module(name: "ValuesTests", kind: .test, uses: ["Values"]),
    Module(name: "LinearRegexTests", kind: .test, uses: ["LinearRegex"]),
    Module(name: "StandardLibraryTests", kind: .test, uses: ["StandardLibrary", "YAMLSyntax", "Diagnostics"]),
    Module(name: "YAMLSyntaxTests", kind: .test, uses: ["YAMLSyntax", "Diagnostics", "Values"], exclude: ["Fixtures"]),
    Module(name: "CELTests", kind: .test, uses: ["CEL", "Values", "Diagnostics"], exclude: ["Fixtures"]),
    Module(name: "JSONSchemaTests", kind: .test, uses: ["JSONSchema", "Values", "Diagnostics"]),
    Module(name: "MustacheTests", kind: .test, uses: ["Mustache", "Values"]),
    Module(name: "SchedulesTests", kind: .test, uses: ["Schedules", "Values", "Diagnostics"]),
    Module(
        name: "WorkflowDefinitionsTests", kind: .test,
        uses: [
            "WorkflowDefinitions", "WorkflowGraph", "StandardLibrary", "YAMLSyntax", "CEL", "JSONSchema", "TestSupport",
            "Values", "Diagnostics",
        ], exclude: ["Fixtures"]),
    Module(
        name: "WorkflowInterpreterTests", kind: .test,
        uses: [
            "WorkflowInterpreter", "WorkflowGraph", "WorkflowJournal", "WorkflowDefinitions", "StandardLibrary", "TestSupport",
            "Values", "CEL", "JSONSchema", "Diagnostics",
        ],
        exclude: ["Scenarios"]),
    Module(
        name: "WorkflowReplayTests", kind: .test,
        uses: [
            "WorkflowReplay", "DefinitionTesting", "WorkflowDefinitions", "WorkflowInterpreter", "WorkflowGraph",
            "WorkflowJournal", "StandardLibrary", "TestSupport", "Values", "Diagnostics",
        ],
        exclude: ["Histories", "Constructs"]),
    Module(name: "JournalMemoryTests", kind: .test, uses: ["JournalMemory", "WorkflowJournal", "JournalContract", "Values"]),
    Module(
        name: "JournalSQLiteTests", kind: .test,
        uses: ["JournalSQLite", "JournalMemory", "WorkflowJournal", "JournalContract", "Simulation", "Values"],
        external: [grdb, grdbSQLite]
    ),
    Module(
        name: "WorkflowEngineTests", kind: .test,
        uses: [
            "WorkflowEngine", "WorkflowInterpreter", "WorkflowGraph", "WorkflowJournal", "WorkflowDefinitions", "JournalMemory",
            "Simulation", "StandardLibrary", "TestSupport", "Values",
        ], exclude: ["Explanations"]),
    Module(
        name: "DefinitionTestingTests", kind: .test,
        uses: [
            "DefinitionTesting", "WorkflowDefinitions", "WorkflowGraph", "WorkflowJournal", "StandardLibrary", "TestSupport",
            "Values", "Diagnostics",
        ],
        exclude: ["Fixtures"]),
    Module(
        name: "BuiltinActionsTests", kind: .test, uses: ["BuiltinActions", "WorkflowEngine", "WorkflowJournal", "Values"],
        external: [nioCore, nioPosix, nioHTTP1, nioSSL], exclude: ["Fixtures"]),
    Module(
        name: "WorkflowServerTests", kind: .test,
        uses: [
            "WorkflowServer", "WorkflowReplay", "WorkflowEngine", "WorkflowInterpreter", "WorkflowDefinitions", "WorkflowGraph",
            "WorkflowJournal", "JournalMemory", "StandardLibrary", "TestSupport", "Values", "Diagnostics",
        ],
        external: [hummingbirdTesting, hummingbird, httpTypes, logging, nioCore]),
    Module(
        name: "WfrunCommandsTests", kind: .test,
        uses: [
            "WfrunCommands", "WorkflowEngine", "WorkflowDefinitions", "WorkflowGraph", "WorkflowJournal", "JournalSQLite",
            "StandardLibrary", "Values", "Diagnostics",
        ]),
    Module(
        name: "SimulationTests", kind: .test,
        uses: [
            "Simulation", "WorkflowEngine", "WorkflowDefinitions", "WorkflowJournal", "JournalMemory", "TestSupport", "Values",
        ]),
]

// MARK: - Selection

let byName = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0) })

/// What `WFRUN_MODULES` asks for with everything below it, or all modules.
func selectedModules() -> [Module] {
    guard let wanted = Context.environment["WFRUN_MODULES"], !wanted.isEmpty else { return modules }
    var names = Set<String>()
    func add(_ name: String) {
        guard let module = byName[name] else { fatalError("WFRUN_MODULES names '\(name)', which is no module of this package") }
        guard names.insert(name).inserted else { return }
        module.uses.forEach(add)
    }
    for name in wanted.split(separator: ",").map(String.init) {
        add(name)
        if byName[name + "Tests"] != nil { add(name + "Tests") }
    }
    return modules.filter { names.contains($0.name) }
}

let selected = selectedModules()

/// The Swift runtime becomes part of the program: loading and binding its libraries, Foundation's among them, took two thirds of the
/// time of `wfrun validate`. The objects name them as shared libraries, so the static ones that those stand for are named here.
let staticRuntime: [LinkerSetting] =
    [
        .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux]))
    ]
    + [
        "Foundation", "CoreFoundation", "FoundationInternationalization", "FoundationEssentials", "_FoundationCShims",
        "_FoundationCollections", "_FoundationICU", "stdc++",
    ].map { .linkedLibrary($0, .when(platforms: [.linux])) }

func target(for module: Module) -> Target {
    let dependencies = module.uses.map { Target.Dependency.target(name: $0) } + module.external.map(\.dependency)
    let isTestOnly = ["TestSupport", "Simulation", "JournalContract", "ReferenceAccounts"].contains(module.name)
    let path = isTestOnly ? "Tests/\(module.name)" : nil
    switch module.kind {
    case .library:
        return .target(
            name: module.name, dependencies: dependencies, path: path,
            exclude: module.exclude, resources: module.resources, swiftSettings: settings)
    case .clang:
        return .target(
            name: module.name, dependencies: dependencies,
            linkerSettings: module.name == "CRE2" ? [.linkedLibrary("re2")] : [])
    case .systemLibrary(let pkgConfig, let apt):
        return .systemLibrary(name: module.name, pkgConfig: pkgConfig, providers: [.apt([apt])])
    case .executable:
        return .executableTarget(
            name: module.name, dependencies: dependencies, path: path, swiftSettings: settings,
            linkerSettings: isTestOnly ? [] : staticRuntime)
    case .test:
        return .testTarget(
            name: module.name, dependencies: dependencies, exclude: module.exclude, swiftSettings: settings)
    }
}

var packages: [String: External] = [:]
for external in selected.flatMap(\.external) { packages[external.package] = external }

let package = Package(
    name: "wfrun",
    products: selected.contains { $0.name == "wfrun" } ? [.executable(name: "wfrun", targets: ["wfrun"])] : [],
    dependencies: packages.values.sorted { $0.package < $1.package }.map { .package(url: $0.url, from: $0.version) },
    targets: selected.map(target),
    cLanguageStandard: .gnu2x,
    cxxLanguageStandard: .cxx17
)
