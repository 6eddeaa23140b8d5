// swift-tools-version: 6.2
import PackageDescription

// One value, chosen by six processes: two proposers, three acceptors and a learner, over datagrams and files.

let package = Package(
    name: "synod",
    dependencies: [.package(name: "decree", path: "../..")],
    targets: [
        // A process around the roles: a socket, a journal, a clock.
        .target(
            name: "SynodExample",
            dependencies: [
                .product(name: "PaxosBase", package: "decree"), .product(name: "PaxosSynod", package: "decree"),
                .product(name: "DecreeSynod", package: "decree"), .product(name: "DecreeJournal", package: "decree"),
                .product(name: "DecreeWire", package: "decree"),
            ]),
        // One process, whichever role it has.
        .executableTarget(name: "synod", dependencies: ["SynodExample"]),
        // Starts all six, kills them and starts them again.
        .executableTarget(name: "synod-demo", dependencies: ["SynodExample", "synod"]),
        .testTarget(name: "SynodExampleTests", dependencies: ["SynodExample"]),
    ],
    swiftLanguageModes: [.v6]
)
