// # DecreeHTTP2: the client port
//
// gRPC over HTTP/2 and plain HTTP on one socket, and a small gRPC client for tools and tests. nghttp2 is the HTTP/2
// codec, SwiftNIO has the sockets, NIOHTTP1 the HTTP/1 side; what gRPC adds (framing, statuses, deadlines) is here.
// The module knows no message types: it carries bytes.
//
// ## How a request travels
//
// 1. `ProtocolSniffer` sees the HTTP/2 preface or not, and puts `HTTP2Connection` or NIO's HTTP/1 codec with
//    `HTTP1Connection` in its place. TLS, put in front by `ServerConfiguration.prepare`, changes nothing about that.
// 2. `HTTP2Connection.channelRead` feeds the codec. Its callbacks (`HTTP2Callbacks`) collect a header list into the
//    connection's one `RequestHead`, look the path up in the one `MethodTable`, take a place in the loop's `CallTable`,
//    and hand each whole message to the application's `CallHandler`. A message that lies whole in the input is
//    delivered from there, without a copy.
// 3. When every readable socket of this turn of the event loop was read, `CallHandler.readComplete` is called once: the
//    application hands over one batch, for all connections together.
// 4. Answers, at once or from a batch that came back with one `eventLoop.execute`, are appended to the call's
//    `OutgoingBytes` (`RPCLoop+Answers`); `RPCLoop.flush` pumps each touched connection once. `HTTP2Connection.pump` pulls
//    frames from the codec into one buffer of up to 64 KiB and writes it, as long as the socket takes it; the codec's
//    no-copy data frames move a message from its queue straight into that buffer.
//
// A call is a place with a stable address and a use count, never an object: nothing is allocated for it here, no
// closure, task, promise or lock. Its `CallID` is a number that may cross threads; an answer to a call that is gone
// meets nobody.
//
// ## What bounds a client
//
// Memory: windows for what it sends (given back as messages are taken; 1 MiB a stream, 4 MiB a connection),
// `maxBufferedRequestBytes` for messages in pieces, `maxBufferedResponseBytes` for answers it does not read (new calls are
// refused then; streams are told with `drained` and `bufferedBytes` to hold back), `maxWaitingResponseBytes` for the
// answers of all connections together (beyond it an answer fails instead of waiting), and no reading from a client that lets
// frames pile up without reading (`throttle`). Time: `grpc-timeout` through one `DeadlineWheel` per loop, keepalive pings,
// time limits for handshakes and HTTP/1 requests. Work: `FloodGuard` counts resets, pings, settings and empty frames, and
// ends the connection with GOAWAY ENHANCE_YOUR_CALM; the limits are wide, since etcd's clients rightly cancel
// thousands of watches at once. Size: messages, header lists, bodies. A connection that drops frees all its calls.
//
// Texts of statuses are grpc-go's, because clients match them.
//
// ## Measured
//
// Unary calls of 264 bytes with a reply of 20, one event loop, h2load with 10 connections of 10 streams, on 2 shared
// cores of an AMD EPYC under the load of other work: 4.2 us of CPU a call with the client itself at 4.8 (each about twice
// what a quiet machine shows). Of that, 38 % is nghttp2, 33 % the kernel, 9 % malloc, and 20 % this module, NIO and
// the Swift runtime together; 8 mallocs a call, nearly all nghttp2's. Before the callbacks changed their state in place
// (no run-time exclusivity checks, no retains, comparison eight bytes at a time), the Swift part was 32 %.
//
// ## What is missing
//
// - TLS itself: `prepare` and `PeerIdentity` are its place, swift-nio-ssl is not linked here.
// - Compression: a compressed request is refused as unimplemented, answers are never compressed.
// - Bodies of plain HTTP requests are delivered whole; only responses can be streamed.
// - The client neither reconnects nor balances; it is a tool, not a library for applications.
// - Unknown HTTP/2 frame types are skipped by nghttp2 without being reported, so they are not counted as a flood.
