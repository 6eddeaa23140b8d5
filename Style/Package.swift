// swift-tools-version: 6.2
import PackageDescription

// The rules that sources follow, as tests. A package of its own without dependencies, so that `make check` needs no
// network and builds in seconds.
let package = Package(
    name: "style",
    targets: [
        .testTarget(
            name: "StyleTests",
            swiftSettings: [.treatAllWarnings(as: .error)])
    ]
)
