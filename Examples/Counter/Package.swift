// swift-tools-version: 6.2
import PackageDescription

// A counter on three nodes: the smallest complete use of the library.

let package = Package(
    name: "counter",
    dependencies: [
        .package(name: "decree", path: "../.."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        // The state machine alone: it knows nothing of networks, disks and failures.
        .target(name: "Counter", dependencies: [.product(name: "Decree", package: "decree")]),
        // Three nodes of it in one process, one of which fails.
        .executableTarget(
            name: "counter-demo",
            dependencies: [
                "Counter", .product(name: "Decree", package: "decree"), .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "CounterTests",
            dependencies: ["Counter", .product(name: "DecreeSimulator", package: "decree")]),
    ],
    swiftLanguageModes: [.v6]
)
