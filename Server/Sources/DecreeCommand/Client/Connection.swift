import ArgumentParser
import DecreeEtcd
import DecreeHTTP2
import DecreeRPC
import Foundation
import NIOCore
import NIOPosix
import SwiftProtobuf

/// The options that all commands of the client have.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Servers to ask, separated by commas; the next one is tried when one cannot be reached. "
                + "Standard: $ETCDCTL_ENDPOINTS, else 127.0.0.1:2379.",
            valueName: "host:port,..."))
    var endpoints: String?

    @Option(help: ArgumentHelp("How long a request may take.", valueName: "seconds"))
    var timeout: Double = 5

    @Flag(help: "Print the answer as JSON: etcd's field names, keys and values in base64, large numbers as strings.")
    var json = false

    func validate() throws {
        guard timeout > 0, timeout < 1e6 else { throw ValidationError("--timeout must be positive") }
    }

    /// The endpoints given, or those of the environment, or the standard one.
    func resolvedEndpoints(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ClientFailure) -> [Endpoint] {
        let variable = environment["ETCDCTL_ENDPOINTS"].flatMap { $0.isEmpty ? nil : $0 }
        return try Endpoint.list(endpoints ?? variable ?? Endpoint.standard)
    }

    /// Makes one call at the first endpoint that can be reached.
    ///
    /// A read goes on to the next endpoint when one cannot serve it; a write does not, because it may have been done.
    func call<Response: Message>(
        _ method: EtcdMethod, _ request: some Message, isRead: Bool
    ) async throws(ClientFailure) -> Response {
        let endpoints = try resolvedEndpoints()
        var last: ClientFailure?
        for endpoint in endpoints {
            do throws(EndpointFailure) {
                return try await call(method, request, at: endpoint)
            } catch {
                last = error.failure
                guard error.wasNotReached || (isRead && error.mayPass) else { break }
            }
        }
        throw last ?? ClientFailure(.failed, "no endpoint was tried")
    }

    /// Makes one call at one endpoint.
    func call<Response: Message>(
        _ method: EtcdMethod, _ request: some Message, at endpoint: Endpoint
    ) async throws(EndpointFailure) -> Response {
        var configuration = GRPCClientConfiguration()
        configuration.connectTimeoutSeconds = max(1, min(5, Int(timeout.rounded(.up))))
        let connection: GRPCConnection
        do throws(GRPCConnectionError) {
            connection = try await GRPCConnection.connect(
                to: endpoint.address, on: NIOSingletons.posixEventLoopGroup.any(), configuration)
        } catch {
            throw EndpointFailure(connecting: error)
        }
        let outcome = await outcome(of: method, request, on: connection, Response.self)
        await connection.close()
        switch outcome {
        case .success(let response): return response
        case .failure(let failure): throw failure
        }
    }

    private func outcome<Response: Message>(
        of method: EtcdMethod, _ request: some Message, on connection: GRPCConnection, _ type: Response.Type
    ) async -> Result<Response, EndpointFailure> {
        do {
            let bytes: [UInt8] = try request.serializedBytes()
            let reply = try await connection.call(method.path, bytes, timeout: .seconds(timeout))
            return .success(try Response(serializedBytes: reply))
        } catch let status as RPCStatus {
            return .failure(EndpointFailure(status))
        } catch {
            return .failure(EndpointFailure(unreadable: "\(error)"))
        }
    }
}

/// Why one endpoint did not answer, and whether another one may.
struct EndpointFailure: Error {
    let failure: ClientFailure
    /// Nothing was sent.
    let wasNotReached: Bool
    /// The server said that the reason passes, or that it lies with this server alone.
    let mayPass: Bool

    init(connecting error: GRPCConnectionError) {
        failure = ClientFailure(
            .failed, "\(error)",
            nextStep: "is a server running there? start one with: decree serve; or name others with --endpoints")
        (wasNotReached, mayPass) = (true, true)
    }

    init(unreadable reason: String) {
        failure = ClientFailure(
            .failed, "the answer cannot be read: \(reason)", nextStep: "is this an etcd or decree server?")
        (wasNotReached, mayPass) = (false, false)
    }

    init(_ status: RPCStatus) {
        failure = ClientFailure(
            .failed, status.message.isEmpty ? "\(status)" : status.message, nextStep: Self.nextStep(status))
        wasNotReached = false
        mayPass = status.code == .unavailable || status.code == .deadlineExceeded
    }

    private static func nextStep(_ status: RPCStatus) -> String {
        switch status.code {
        case .unavailable, .deadlineExceeded:
            "a write may have been done or not: read before you repeat it; decree status shows who answers"
        case .outOfRange: "decree get without --rev reads what is there now"
        case .resourceExhausted: "ask for less at once, or later"
        case .unimplemented: "this server does not offer that"
        default: ""
        }
    }
}
