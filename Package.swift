// swift-tools-version: 6.2
import PackageDescription

// The library. Dependencies run strictly downwards: protocol targets and the simulator depend on nothing but each
// other, not even Foundation; only `Decree`, the host, knows sockets and threads. Style/ checks the imports.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "decree",
    products: [
        .library(name: "Decree", targets: ["Decree"]),
        .library(name: "PaxosBase", targets: ["PaxosBase"]),
        .library(name: "PaxosLog", targets: ["PaxosLog"]),
        .library(name: "PaxosSynod", targets: ["PaxosSynod"]),
        .library(name: "DecreeWire", targets: ["DecreeWire"]),
        .library(name: "DecreeJournal", targets: ["DecreeJournal"]),
        .library(name: "DecreeNode", targets: ["DecreeNode"]),
        .library(name: "DecreeSockets", targets: ["DecreeSockets"]),
        .library(name: "DecreeSimulator", targets: ["DecreeSimulator"]),
        .library(name: "DecreeSynod", targets: ["DecreeSynod", "DecreeJournal"]),
        .library(name: "DecreeLearning", targets: ["DecreeLearning"]),
        .library(name: "DecreePages", targets: ["DecreePages"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .target(name: "PaxosBase", swiftSettings: strict),
        .target(name: "PaxosLog", dependencies: ["PaxosBase"], swiftSettings: strict),
        .target(name: "PaxosSynod", dependencies: ["PaxosBase"], swiftSettings: strict),
        .target(name: "CDecreeCRC"),
        .target(name: "DecreeWire", dependencies: ["PaxosBase", "PaxosLog", "CDecreeCRC"], swiftSettings: strict),
        .target(name: "DecreeJournal", dependencies: ["PaxosBase", "PaxosLog", "DecreeWire"], swiftSettings: strict),
        .target(
            name: "DecreeNode", dependencies: ["PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal"],
            swiftSettings: strict),
        .target(
            name: "DecreeSimulator",
            dependencies: ["PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal", "DecreeNode", "DecreePages"],
            swiftSettings: strict),
        .target(
            name: "DecreeSynod", dependencies: ["PaxosBase", "PaxosLog", "PaxosSynod", "DecreeJournal"],
            swiftSettings: strict),
        .target(
            name: "DecreeLearning",
            dependencies: [
                "PaxosBase", "PaxosSynod", "DecreeWire", "DecreeJournal", "DecreeSynod", "DecreeSimulator",
                "DecreePages",
            ],
            swiftSettings: strict),
        .target(
            name: "DecreePages",
            resources: [
                .embedInCode("Viewer/frame.html"), .embedInCode("Viewer/page.html"), .embedInCode("Viewer/page.css"),
                .embedInCode("Viewer/model.js"),
                .embedInCode("Viewer/state.js"), .embedInCode("Viewer/picture.js"), .embedInCode("Viewer/panel.js"),
                .embedInCode("Viewer/ways.js"), .embedInCode("Viewer/controls.js"), .embedInCode("Viewer/pair.html"),
                .embedInCode("Viewer/pair.css"),
                .embedInCode("Viewer/pair.js"),
            ],
            swiftSettings: strict),
        .target(
            name: "DecreeSockets", dependencies: [.product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict),
        .target(
            name: "Decree",
            dependencies: [
                "PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal", "DecreeNode", "DecreeSockets",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        .testTarget(name: "PaxosLogTests", dependencies: ["PaxosBase", "PaxosLog"], swiftSettings: strict),
        .testTarget(name: "PaxosSynodTests", dependencies: ["PaxosBase", "PaxosSynod"], swiftSettings: strict),
        .testTarget(
            name: "DecreeWireTests", dependencies: ["PaxosBase", "PaxosLog", "DecreeWire"], swiftSettings: strict),
        .testTarget(
            name: "DecreeJournalTests", dependencies: ["PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal"],
            exclude: ["Archive"], swiftSettings: strict),
        .testTarget(
            name: "DecreeNodeTests",
            dependencies: ["PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal", "DecreeNode"],
            swiftSettings: strict),
        .testTarget(
            name: "DecreeSimulatorTests",
            dependencies: [
                "PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal", "DecreeNode", "DecreeSimulator", "DecreePages",
            ],
            exclude: ["Scenarios"], swiftSettings: strict),
        .testTarget(
            name: "DecreeLearningTests",
            dependencies: [
                "PaxosBase", "PaxosSynod", "DecreeSynod", "DecreeSimulator", "DecreeLearning", "DecreePages",
            ],
            exclude: ["Scenarios"], swiftSettings: strict),
        .testTarget(name: "DecreePagesTests", dependencies: ["DecreePages"], swiftSettings: strict),
        .testTarget(
            name: "DecreeTests",
            dependencies: [
                "PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal", "DecreeNode", "DecreeSockets", "Decree",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
    ]
)
