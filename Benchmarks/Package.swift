// swift-tools-version: 6.2
import PackageDescription

// The benchmark: a package of its own. It talks to servers only through their client port, over the same HTTP/2 client
// that the command line uses.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "decree-benchmarks",
    products: [
        .executable(name: "decree-bench", targets: ["DecreeBench"])
    ],
    dependencies: [
        .package(name: "decree-server", path: "../Server"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    ],
    targets: [
        .target(name: "CDecreeBench"),
        .target(
            name: "DecreeBenchKit",
            dependencies: [
                "CDecreeBench",
                .product(name: "DecreeHTTP2", package: "decree-server"),
                .product(name: "DecreeRPC", package: "decree-server"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "DecreeBench",
            dependencies: [
                "DecreeBenchKit",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(name: "DecreeBenchKitTests", dependencies: ["DecreeBenchKit"], swiftSettings: strict),
    ]
)
