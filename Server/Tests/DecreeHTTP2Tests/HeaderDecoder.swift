import CNghttp2
import DecreeRPC

@testable import DecreeHTTP2

/// Decodes the header blocks of one connection.
final class HeaderDecoder {
    private var inflater: OpaquePointer?
    private(set) var fields: [String: String] = [:]

    init() { nghttp2_hd_inflate_new(&inflater) }

    deinit { nghttp2_hd_inflate_del(inflater) }

    func decode(_ block: [UInt8]) {
        var block = block
        block.withUnsafeMutableBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                var field = nghttp2_nv()
                var flags: Int32 = 0
                let count = nghttp2_hd_inflate_hd2(
                    inflater, &field, &flags, bytes.baseAddress! + position, bytes.count - position, 1)
                guard count >= 0 else { return }
                position += Int(count)
                if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                    fields[text(field.name, field.namelen)] = text(field.value, field.valuelen)
                }
            }
        }
        nghttp2_hd_inflate_end_headers(inflater)
    }

    private func text(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The call's status as the trailers tell it.
    var status: RPCStatus {
        let code = fields["grpc-status"].flatMap(UInt8.init).flatMap(StatusCode.init) ?? .unknown
        let message = Array((fields["grpc-message"] ?? "").utf8).withUnsafeBufferPointer { PercentEncoding.decode($0) }
        return RPCStatus(code, message)
    }
}
