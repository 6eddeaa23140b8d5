/// The header list of the request that is being received. A connection has one, used again for each request: header
/// blocks never interleave (RFC 9113, section 4.3).
struct RequestHead {
    /// What `content-type` says.
    enum ContentType {
        case missing
        case grpc
        case other
    }

    private(set) var streamID: Int32 = 0
    /// The method at the request's path, if there is one.
    private(set) var method: MethodID?
    private(set) var isPost = false
    private(set) var contentType = ContentType.missing
    /// The text of a content type that is not gRPC's.
    private(set) var contentTypeText = ""
    /// `:method` if it is not POST.
    private(set) var verb = ""
    /// `:path` if it names no method of the table.
    private(set) var path = ""
    /// Nanoseconds of `grpc-timeout`; negative: none.
    private(set) var timeout: Int64 = -1
    /// Why `grpc-timeout` is malformed.
    private(set) var timeoutProblem: String?
    /// A `grpc-encoding` other than identity.
    private(set) var encoding: String?
    /// The fields of a request that may not be gRPC.
    private(set) var fields: [HTTPField] = []
    private var metadata: [UInt8] = []
    private var lastMetadata: MetadataValues?
    /// What is kept of the list costs about this, in bytes.
    private(set) var heldBytes = 0
    /// The list is larger than allowed.
    private(set) var isTooLarge = false
    /// The list breaks a rule of HTTP/2.
    var isMalformed: Bool { rules.isMalformed }
    /// It does as the list behind the body.
    var isMalformedTrailer: Bool { rules.isMalformedTrailer }
    /// The length that the client announced for the body, or negative.
    var contentLength: Int { rules.contentLength }
    private var rules = FieldRules()
    private var kept: UInt8 = 0
    private var size = 0
    /// The sizes of all header lists so far together.
    private(set) var effort = 0
    private let maxSize: Int
    private let methods: MethodTable

    init(maxSize: Int, methods: MethodTable) {
        self.maxSize = maxSize
        self.methods = methods
    }

    /// Counts work that a header list made besides.
    mutating func addEffort(_ bytes: Int) { effort &+= bytes }

    /// Forgets the request before.
    ///
    /// - Parameter isTooLarge: whether it is known before the first field.
    mutating func begin(_ streamID: Int32, isTooLarge: Bool = false) {
        self.isTooLarge = isTooLarge
        rules = FieldRules()
        heldBytes = 0
        kept = 0
        self.streamID = streamID
        method = nil
        isPost = false
        contentType = .missing
        timeout = -1
        size = 0
        if !metadata.isEmpty { metadata.removeAll(keepingCapacity: true) }
        guard keepsFields || timeoutProblem != nil || encoding != nil || !contentTypeText.isEmpty else { return }
        keepsFields = false
        contentTypeText = ""
        verb = ""
        path = ""
        timeoutProblem = nil
        encoding = nil
        fields = []
    }

    /// Whether the request may turn out to be plain HTTP, so that all its fields are kept. Pseudo-header fields come
    /// first (RFC 9113, section 8.3), so it is known in time.
    private(set) var keepsFields = false

    /// Takes one field. Of a list that is too large no more is kept than says how to answer.
    @inline(__always)
    mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        size += name.count + value.count + 32
        effort &+= name.count + value.count + 32
        rules.judge(name, value)
        if size > maxSize {
            isTooLarge = true
            if name.count == 12, equal(name, "content-type") { takeContentType(value) }
            return
        }
        switch name.count {
        case 5 where equal(name, ":path"): takePath(value)
        case 5 where equal(name, "token"): keep(.token, value)
        case 7 where equal(name, ":method"): takeVerb(value)
        case 9 where equal(name, "hasleader"): keep(.hasLeader, value)
        case 12 where equal(name, "content-type"): takeContentType(value)
        case 12 where equal(name, "grpc-timeout"): takeTimeout(value)
        case 13 where equal(name, "grpc-encoding"): takeEncoding(value)
        case 13 where equal(name, "authorization"): keep(.authorization, value)
        case 18 where equal(name, "client-api-version"): keep(.clientAPIVersion, value)
        case 18 where equal(name, "grpcgateway-accept"): keep(.gatewayAccept, value)
        default: break
        }
        if keepsFields { keepField(name, value) }
    }

    /// The metadata of the request; the instance of the request before if the values are the same.
    mutating func takeMetadata() -> CallMetadata {
        guard !metadata.isEmpty else { return CallMetadata(nil) }
        if let lastMetadata, lastMetadata.encoded == metadata { return CallMetadata(lastMetadata) }
        let values = MetadataValues(encoded: metadata)
        lastMetadata = values
        return CallMetadata(values)
    }

    private mutating func takePath(_ value: UnsafeBufferPointer<UInt8>) {
        method = methods.find(value)
        if method == nil {
            path = String(decoding: value, as: UTF8.self)
            keepsFields = true
        } else if keepsFields {
            path = String(decoding: value, as: UTF8.self)
        }
    }

    private mutating func takeVerb(_ value: UnsafeBufferPointer<UInt8>) {
        isPost = value.count == 4 && equal(value, "POST")
        guard !isPost else { return }
        verb = String(decoding: value, as: UTF8.self)
        keepsFields = true
    }

    /// gRPC's type is `application/grpc`, alone or followed by `+` or `;` (gRPC over HTTP/2, Content-Type).
    private mutating func takeContentType(_ value: UnsafeBufferPointer<UInt8>) {
        if value.count >= 16, equal(UnsafeBufferPointer(rebasing: value[..<16]), "application/grpc"),
            value.count == 16 || value[16] == UInt8(ascii: "+") || value[16] == UInt8(ascii: ";")
        {
            contentType = .grpc
        } else {
            contentType = .other
            contentTypeText = String(decoding: value, as: UTF8.self)
        }
    }

    private mutating func takeTimeout(_ value: UnsafeBufferPointer<UInt8>) {
        do {
            timeout = try CallTimeout.nanoseconds(value)
        } catch {
            timeoutProblem = error.message
        }
    }

    private mutating func takeEncoding(_ value: UnsafeBufferPointer<UInt8>) {
        if value.count == 8, equal(value, "identity") { return }
        if value.count > 0 { encoding = String(decoding: value, as: UTF8.self) }
    }

    private mutating func keep(_ key: MetadataKey, _ value: UnsafeBufferPointer<UInt8>) {
        // The first value counts, as it does in Go's servers: others are not kept.
        guard kept & 1 << key.rawValue == 0 else { return }
        kept |= 1 << key.rawValue
        MetadataValues.append(key, value, to: &metadata)
        heldBytes += 2 * value.count + 64
    }

    private mutating func keepField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        heldBytes += name.count + value.count + 96
        let text = String(decoding: value, as: UTF8.self)
        if name.first != UInt8(ascii: ":") {
            fields.append(HTTPField(String(decoding: name, as: UTF8.self), text))
        } else if name.count == 10, equal(name, ":authority") {
            fields.append(HTTPField("host", text))
        }
    }

    /// Compares bytes of the same length.
    @inline(__always)
    private func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
        bytesEqual(text.utf8Start, bytes)
    }
}
