import CNghttp2
import DecreeRPC

/// Who waits for a call.
enum ClientRecipient {
    case none
    case delegate(UInt64, isStream: Bool)
    case single(CheckedContinuation<Result<[UInt8], RPCStatus>, Never>)
    case stream(AsyncThrowingStream<[UInt8], any Error>.Continuation)

    /// Messages are handed out as they come.
    var isStream: Bool {
        switch self {
        case .stream, .delegate(_, isStream: true): true
        case .none, .single, .delegate: false
        }
    }
}

/// One open call of a client.
struct ClientCall {
    var isUsed = false
    var generation: UInt32 = 0
    var streamID: Int32 = 0
    var recipient = ClientRecipient.none
    var incoming = IncomingBytes()
    var outgoing = OutgoingBytes()
    /// The client will send no more messages.
    var isFinished = false
    /// The codec waits to be told that there is more to send.
    var isDeferred = false
    private var httpStatus = 0
    private var code: StatusCode?
    private var statusMessage = ""

    /// What the codec keeps for a stream: the index of its call, never nil.
    static func pointer(_ index: Int) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: index + 1) }
    static func index(_ pointer: UnsafeMutableRawPointer) -> Int { Int(bitPattern: pointer) - 1 }

    /// Takes a response header or trailer.
    mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        switch name.count {
        case 7 where name.elementsEqual(":status".utf8):
            httpStatus = Int(String(decoding: value, as: UTF8.self)) ?? 0
        case 11 where name.elementsEqual("grpc-status".utf8):
            code = UInt8(String(decoding: value, as: UTF8.self)).flatMap(StatusCode.init) ?? .unknown
        case 12 where name.elementsEqual("grpc-message".utf8):
            statusMessage = PercentEncoding.decode(value)
        default: break
        }
    }

    /// The length that the prefix of the next message announces, once it is there.
    var announcedLength: Int? {
        guard incoming.count >= 5 else { return nil }
        return Int(UInt32(bigEndian: incoming.bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
    }

    /// What the call ended with, now that its stream is closed.
    func finalStatus(_ errorCode: UInt32) -> RPCStatus {
        guard let code else { return statusWithoutTrailers(errorCode) }
        guard code == .ok, !recipient.isStream || incoming.count > 0 else { return RPCStatus(code, statusMessage) }
        guard incoming.count > 0 else {
            return RPCStatus(
                .internalError, "cardinality violation: received no response message from non-server-streaming RPC")
        }
        guard let length = announcedLength, incoming.count == 5 + length else {
            return RPCStatus(.internalError, "the response is not one whole message")
        }
        return .ok
    }

    /// The tables "HTTP2 error codes" and "HTTP to gRPC status code mapping" of the gRPC specification.
    private func statusWithoutTrailers(_ errorCode: UInt32) -> RPCStatus {
        guard httpStatus == 200 || httpStatus == 0 || errorCode != 0 else {
            let text = "unexpected HTTP status code received from server: \(httpStatus)"
            switch httpStatus {
            case 400: return RPCStatus(.internalError, text)
            case 401: return RPCStatus(.unauthenticated, text)
            case 403: return RPCStatus(.permissionDenied, text)
            case 404: return RPCStatus(.unimplemented, text)
            case 429, 502, 503, 504: return RPCStatus(.unavailable, text)
            default: return RPCStatus(.unknown, text)
            }
        }
        let text =
            "stream terminated by RST_STREAM with error code: \(String(cString: nghttp2_http2_strerror(errorCode)))"
        switch nghttp2_error_code(rawValue: errorCode) {
        case NGHTTP2_REFUSED_STREAM: return RPCStatus(.unavailable, text)
        case NGHTTP2_CANCEL: return RPCStatus(.cancelled, text)
        case NGHTTP2_ENHANCE_YOUR_CALM: return RPCStatus(.resourceExhausted, text)
        case NGHTTP2_INADEQUATE_SECURITY: return RPCStatus(.permissionDenied, text)
        default: return RPCStatus(.internalError, text)
        }
    }

    /// Hands the bytes that came in to the caller, who frees them.
    mutating func takeIncoming() -> IncomingBytes {
        let bytes = incoming
        incoming = IncomingBytes()
        return bytes
    }

    /// Makes the place ready for another call.
    mutating func release() {
        freeMemory()
        let next = generation &+ 1
        self = ClientCall()
        generation = next
    }

    /// Gives the memory back.
    mutating func freeMemory() {
        incoming.reset(freeing: true)
        outgoing.reset(freeing: true)
    }
}
