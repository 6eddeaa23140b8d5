import DecreeRPC

/// A method's place in the server's method table.
public struct MethodID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    /// The method at this index of the list that the table was made of.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }
}

/// Which sides of a call may send more than one message.
public enum MethodKind: UInt8, Sendable, Hashable {
    case unary
    case serverStreaming
    case clientStreaming
    case bidirectional

    /// The client sends exactly one message, which is delivered when the client has closed its side.
    var takesOneMessage: Bool { self == .unary || self == .serverStreaming }
}

/// One method of a service.
public struct Method: Sendable, Hashable {
    /// The full name of the service, such as `etcdserverpb.KV`.
    public var service: String
    /// The name of the method, such as `Range`.
    public var name: String
    public var kind: MethodKind

    /// The method that is called at the path `/service/name`.
    public init(service: String, name: String, kind: MethodKind = .unary) {
        self.service = service
        self.name = name
        self.kind = kind
    }

    /// The path of a call.
    public var path: String { "/\(service)/\(name)" }
}

/// All methods of all services of a server, found by the bytes of a request's path.
///
/// A method's `MethodID` is its index in the list given at initialization.
public struct MethodTable: Sendable {
    /// The methods, in the order of their ids.
    public let methods: [Method]
    private let index: PathIndex
    private let services: Set<String>

    /// - Parameter methods: at most 8,192 methods, no path twice.
    public init(_ methods: [Method]) {
        precondition(methods.count <= 8192, "a method table holds at most 8192 methods, not \(methods.count)")
        self.methods = methods
        self.index = PathIndex(methods.map(\.path))
        self.services = Set(methods.map(\.service))
    }

    /// The method that an id of this table stands for.
    public subscript(id: MethodID) -> Method { methods[Int(id.rawValue)] }

    /// - Returns: the method whose path has exactly these bytes.
    public func find(_ path: UnsafeBufferPointer<UInt8>) -> MethodID? {
        index.find(path).map { MethodID(rawValue: UInt16($0)) }
    }

    /// Whether calls of a method bring exactly one message.
    @inline(__always)
    func takesOneMessage(_ id: MethodID) -> Bool { methods[Int(id.rawValue)].kind.takesOneMessage }

    private static let maxShownBytes = 256

    /// - Returns: what grpc-go answers to a path that is not in the table.
    func unknown(_ path: String) -> RPCStatus {
        // What nobody could have meant is not looked at as a whole.
        let path = String(decoding: path.utf8.prefix(Self.maxShownBytes), as: UTF8.self)
        guard path.hasPrefix("/"), let slash = path.dropFirst().lastIndex(of: "/") else {
            return RPCStatus(.unimplemented, "malformed method name: \"\(path)\"")
        }
        let service = String(path[path.index(after: path.startIndex)..<slash])
        guard services.contains(service) else { return RPCStatus(.unimplemented, "unknown service \(service)") }
        let method = path[path.index(after: slash)...]
        return RPCStatus(.unimplemented, "unknown method \(method) for service \(service)")
    }
}

/// Finds a path's place in a list by its bytes, without a copy or a retain.
final class PathIndex: @unchecked Sendable {
    /// Open addressing: indices into the list, or -1; a power of two, at least four places a path.
    private let places: UnsafeMutableBufferPointer<Int16>
    /// The bytes of all paths one after the other, and where each begins; one more for the end.
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let starts: UnsafeMutableBufferPointer<Int>

    /// Never written to after this, which is what makes it `Sendable`.
    init(_ paths: [String]) {
        var size = 8
        while size < paths.count * 4 { size *= 2 }
        places = .allocate(capacity: size)
        places.initialize(repeating: -1)
        starts = .allocate(capacity: paths.count + 1)
        bytes = .allocate(capacity: max(1, paths.reduce(0) { $0 + $1.utf8.count }))
        var end = 0
        for (index, path) in paths.enumerated() {
            starts.initializeElement(at: index, to: end)
            for byte in path.utf8 {
                bytes.initializeElement(at: end, to: byte)
                end += 1
            }
            starts.initializeElement(at: index + 1, to: end)
            let known = UnsafeBufferPointer(rebasing: bytes[starts[index]..<end])
            precondition(find(known) == nil, "\(path) is listed twice")
            var place = Self.hash(known) & (size - 1)
            while places[place] >= 0 { place = (place + 1) & (size - 1) }
            places[place] = Int16(index)
        }
    }

    deinit {
        places.deallocate()
        bytes.deallocate()
        starts.deallocate()
    }

    func find(_ path: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = Self.hash(path) & (places.count - 1)
        while case let index = Int(places[place]), index >= 0 {
            let start = starts[index]
            if starts[index + 1] - start == path.count, bytesEqual(bytes.baseAddress! + start, path) { return index }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Paths share their beginnings, so the last eight bytes and the length decide.
    @inline(__always)
    private static func hash(_ path: UnsafeBufferPointer<UInt8>) -> Int {
        var tail = UInt64(truncatingIfNeeded: path.count)
        if path.count >= 8, let base = path.baseAddress {
            tail ^= UnsafeRawPointer(base + path.count - 8).loadUnaligned(as: UInt64.self)
        } else {
            for byte in path { tail = tail << 8 ^ UInt64(byte) }
        }
        return Int(truncatingIfNeeded: (tail &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }
}

/// Whether the memory at `known` begins with exactly these bytes; eight at a time.
@inline(__always)
func bytesEqual(_ known: UnsafePointer<UInt8>, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress else { return bytes.isEmpty }
    let (left, right) = (UnsafeRawPointer(known), UnsafeRawPointer(base))
    var position = 0
    while position + 8 <= bytes.count {
        guard
            left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                == right.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        else { return false }
        position += 8
    }
    while position < bytes.count {
        guard known[position] == base[position] else { return false }
        position += 1
    }
    return true
}
