/// Who connects to a peer port without being a Decree peer: most often a flag that names the wrong port.
public enum Stranger: Hashable, Sendable, CustomStringConvertible {
    /// A member of an etcd cluster, which speaks HTTP/1.1 on paths of its own.
    case etcdPeer
    case http1
    case http2
    case tls
    case other

    public var description: String {
        switch self {
        case .etcdPeer: "an etcd member (Decree and etcd members cannot share a cluster)"
        case .http1: "an HTTP/1.1 client (is this the client port's address?)"
        case .http2: "an HTTP/2 or gRPC client (is this the client port's address?)"
        case .tls: "a TLS client, but this port speaks plain text"
        case .other: "no protocol that is known here"
        }
    }
}

/// Tells from the first bytes of a connection who is at the other end.
/// - Returns: Nil when it may still be a Decree peer, or when too few bytes came to tell.
public func classifyStranger(_ bytes: UnsafeRawBufferPointer) -> Stranger? {
    if agrees(bytes, with: HandshakeCodec.magic) { return nil }
    if agrees(bytes, with: "PRI * HTTP/2") { return bytes.count < 12 ? nil : .http2 }
    if bytes[0] == 0x16 { return bytes.count < 2 ? nil : (bytes[1] == 0x03 ? .tls : .other) }
    let methods: [StaticString] = ["GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "CONNECT ", "PATCH "]
    guard let method = methods.first(where: { agrees(bytes, with: $0) }) else { return .other }
    guard bytes.count > method.utf8CodeUnitCount else { return nil }
    let path = UnsafeRawBufferPointer(rebasing: bytes[method.utf8CodeUnitCount...])
    let etcdPaths: [StaticString] = ["/raft", "/members", "/downgrade", "/lease/internal"]
    for etcdPath in etcdPaths where agrees(path, with: etcdPath) {
        return path.count < etcdPath.utf8CodeUnitCount ? nil : .etcdPeer
    }
    return .http1
}

/// Whether `bytes` starts with `text`, or is a beginning of it.
private func agrees(_ bytes: UnsafeRawBufferPointer, with text: StaticString) -> Bool {
    let length = min(bytes.count, text.utf8CodeUnitCount)
    for index in 0..<length where bytes[index] != text.utf8Start[index] { return false }
    return true
}
