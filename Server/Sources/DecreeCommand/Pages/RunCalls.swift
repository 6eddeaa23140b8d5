import DecreeHTTP2
import DecreePages
import NIOCore

/// Hands the requests of one event loop to the thread that answers them.
final class RunCalls: CallHandler {
    private let loop: RPCLoop
    private let queue: RunQueue

    init(_ loop: RPCLoop, _ queue: RunQueue) {
        self.loop = loop
        self.queue = queue
    }

    func received(_ request: HTTPRequest, on call: CallID) {
        queue.answer(RunDesk.Question(request)) { [loop] answer in
            loop.eventLoop.execute {
                loop.respond(call, HTTPResponse(answer))
                loop.flush()
            }
        }
    }

    // Nothing but plain requests is served.
    func received(_ message: UnsafeRawBufferPointer, on call: CallID, method: MethodID, metadata: CallMetadata) {}
    func cancelled(_ call: CallID, method: MethodID, reason: Cancellation) {}
    func readComplete() {}
}

extension RunDesk.Question {
    fileprivate init(_ request: HTTPRequest) {
        self.init(request.method, request.target, host: request.first("host"))
        origin = request.first("origin")
        site = request.first("sec-fetch-site")
        mode = request.first("sec-fetch-mode")
    }
}

extension HTTPResponse {
    fileprivate init(_ answer: RunDesk.Answer) {
        self.init(
            status: answer.status, fields: [HTTPField("content-type", answer.type)], body: Array(answer.text.utf8))
    }
}
