// swift-tools-version: 6.2
import PackageDescription

// The server: a package of its own, so that those who embed the library never fetch what it needs. It uses the
// library's public API only.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

let library: [Target.Dependency] = [
    .product(name: "PaxosBase", package: "decree"),
    .product(name: "PaxosLog", package: "decree"),
]

let package = Package(
    name: "decree-server",
    products: [
        .executable(name: "decree", targets: ["DecreeCommand"]),
        .library(name: "DecreeHTTP2", targets: ["DecreeHTTP2"]),
        .library(name: "DecreeRPC", targets: ["DecreeRPC"]),
    ],
    dependencies: [
        .package(name: "decree", path: ".."),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"]), .brew(["nghttp2"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "DecreeRPC", swiftSettings: strict),
        .target(
            name: "DecreeHTTP2",
            dependencies: [
                "CNghttp2", "CZlib", "DecreeRPC", .product(name: "DecreeSockets", package: "decree"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(name: "DecreeStore", dependencies: library, swiftSettings: strict),
        .target(
            name: "DecreeStoreSimulation",
            dependencies: [
                "DecreeEtcd", "DecreeRPC", "DecreeServer", "DecreeStore",
                .product(name: "DecreeNode", package: "decree"),
                .product(name: "DecreeSimulator", package: "decree"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ] + library,
            swiftSettings: strict),
        .target(
            name: "DecreeMetrics", dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: strict),
        .target(
            name: "DecreeEtcd",
            dependencies: [
                "DecreeRPC", "DecreeStore", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ] + library,
            swiftSettings: strict),
        .target(
            name: "DecreeServer",
            dependencies: [
                "DecreeEtcd", "DecreeRPC", "DecreeStore", .product(name: "DecreeNode", package: "decree"),
            ] + library,
            swiftSettings: strict),
        .executableTarget(
            name: "decree-codec-bench",
            dependencies: [
                "DecreeEtcd", "DecreeStore", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ] + library,
            path: "Benchmarks/Codec", swiftSettings: strict),
        .executableTarget(
            name: "DecreeCommand",
            dependencies: [
                "DecreeEtcd", "DecreeHTTP2", "DecreeMetrics", "DecreeRPC", "DecreeServer", "DecreeStore",
                "DecreeStoreSimulation",
                .product(name: "Decree", package: "decree"),
                .product(name: "DecreeJournal", package: "decree"),
                .product(name: "DecreeLearning", package: "decree"),
                .product(name: "DecreePages", package: "decree"),
                .product(name: "PaxosSynod", package: "decree"),
                .product(name: "DecreeSimulator", package: "decree"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Yams", package: "Yams"),
            ] + library,
            swiftSettings: strict),

        .testTarget(
            name: "DecreeHTTP2Tests",
            dependencies: [
                "DecreeHTTP2", "DecreeRPC", "DecreeTestSupport", "CNghttp2",
                .product(name: "DecreeSockets", package: "decree"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DecreeStoreTests",
            dependencies: [
                "DecreeStore", "DecreeStoreSimulation", "DecreeTestSupport", "CNghttp2",
                .product(name: "DecreeSimulator", package: "decree"),
            ] + library,
            swiftSettings: strict),
        .testTarget(
            name: "DecreeStoreSimulationTests",
            dependencies: [
                "DecreeServer", "DecreeStore", "DecreeStoreSimulation", "DecreeTestSupport", "CNghttp2",
                "DecreeCommand",
                .product(name: "DecreeSimulator", package: "decree"),
            ] + library,
            swiftSettings: strict),
        .testTarget(
            name: "DecreeEtcdTests",
            dependencies: [
                "DecreeEtcd", "DecreeRPC", "DecreeStore", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ] + library,
            swiftSettings: strict),
        .testTarget(
            name: "DecreeServerCoreTests",
            dependencies: [
                "DecreeServer", "DecreeEtcd", "DecreeRPC", "DecreeStore", "DecreeTestSupport", "CNghttp2",
                .product(name: "DecreeNode", package: "decree"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ] + library,
            swiftSettings: strict),
        .testTarget(
            name: "DecreeMetricsTests",
            dependencies: ["DecreeMetrics", .product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: strict),
        .testTarget(
            name: "DecreeCommandTests",
            dependencies: ["DecreeCommand", "DecreeStore", "DecreeEtcd", "DecreeHTTP2"] + library,
            swiftSettings: strict),
        // Real processes: the tests start the program that is built beside them.
        .target(name: "DecreeTestSupport", dependencies: ["CNghttp2"], path: "Tests/Support", swiftSettings: strict),
        .testTarget(
            name: "DecreeServerTests",
            dependencies: ["DecreeTestSupport", "CNghttp2", "DecreeCommand", "DecreeMetrics"],
            exclude: ["Archive"], swiftSettings: strict),
    ]
)
