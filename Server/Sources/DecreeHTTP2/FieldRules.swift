import CNghttp2

/// The rules of RFC 9113, section 8, for the header list of a request. A list that breaks one is malformed, and its request is
/// not carried out. (The codec's own rules are stricter than grpc-go's clients, see `HTTP2Codec`.)
struct FieldRules {
    /// The pseudo-header fields that came.
    private struct Pseudo: OptionSet {
        let rawValue: UInt8
        static let method = Pseudo(rawValue: 1)
        static let scheme = Pseudo(rawValue: 2)
        static let path = Pseudo(rawValue: 4)
        static let authority = Pseudo(rawValue: 8)
    }

    private var seen: Pseudo = []
    private var sawField = false
    private var hasBroken = false
    private var isConnect = false
    /// The value of `content-length`, or negative.
    private(set) var contentLength = -1

    /// Whether what came is malformed, provided that it is all.
    var isMalformed: Bool {
        if hasBroken { return true }
        // A tunnel is asked for by method and authority alone (section 8.5).
        return isConnect ? seen != [.method, .authority] : !seen.isSuperset(of: [.method, .scheme, .path])
    }

    /// The same for the list behind the body, in which no pseudo-header field stands (section 8.1).
    var isMalformedTrailer: Bool { hasBroken || !seen.isEmpty }

    @inline(__always)
    mutating func judge(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        guard nghttp2_check_header_value_rfc9113(value.baseAddress, value.count) != 0 else { return hasBroken = true }
        if name.first == UInt8(ascii: ":") { judgePseudo(name, value) } else { judgeField(name, value) }
    }

    /// Pseudo-header fields come before all others, each once (section 8.3).
    private mutating func judgePseudo(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let field: Pseudo
        switch name.count {
        case 5 where bytesEqual(":path", name): field = .path
        case 7 where bytesEqual(":method", name): field = .method
        case 7 where bytesEqual(":scheme", name): field = .scheme
        case 10 where bytesEqual(":authority", name): field = .authority
        default: return hasBroken = true
        }
        if sawField || seen.contains(field) || (value.isEmpty && field != .authority) { hasBroken = true }
        if field == .method {
            if !isToken(value) { hasBroken = true }
            isConnect = value.count == 7 && bytesEqual("CONNECT", value)
        }
        seen.insert(field)
    }

    private mutating func judgeField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        sawField = true
        // Upper case, and whatever is no name at all (section 8.2.1).
        guard name.count > 0, nghttp2_check_header_name(name.baseAddress, name.count) != 0 else {
            return hasBroken = true
        }
        switch name.count {
        case 2 where bytesEqual("te", name): if !isTrailers(value) { hasBroken = true }
        case 7 where bytesEqual("upgrade", name): hasBroken = true
        case 10 where bytesEqual("connection", name) || bytesEqual("keep-alive", name): hasBroken = true
        case 14 where bytesEqual("content-length", name): takeLength(value)
        case 16 where bytesEqual("proxy-connection", name): hasBroken = true
        case 17 where bytesEqual("transfer-encoding", name): hasBroken = true
        default: break
        }
    }

    private func isTrailers(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        value.count == 8 && bytesEqual("trailers", value)
    }

    private mutating func takeLength(_ value: UnsafeBufferPointer<UInt8>) {
        guard contentLength < 0, !value.isEmpty, value.count <= 18, value.allSatisfy(isDigit) else {
            return hasBroken = true
        }
        contentLength = value.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    @inline(__always)
    private func bytesEqual(_ text: StaticString, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        DecreeHTTP2.bytesEqual(text.utf8Start, bytes)
    }
}
