// swift-tools-version: 6.2
import PackageDescription

// Benchmarks are a package of their own, so that nothing that ships can depend on them. They measure modules whose interfaces
// are `package`: the compiler is told that they belong to the package above.
let parent = Context.packageDirectory.split(separator: "/").dropLast().last.map(String.init) ?? "wfrun"

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "wfrun", path: "..")],
    targets: [
        .executableTarget(
            name: "FrontEndBenchmarks",
            dependencies: [.product(name: "FrontEnd", package: "wfrun")],
            swiftSettings: [
                .swiftLanguageMode(.v6), .unsafeFlags(["-Xfrontend", "-package-name", "-Xfrontend", parent.lowercased()]),
            ])
    ]
)
