import DecreeSockets
import NIOCore

/// Lets nobody in at the peer port while too many have not said who they are.
extension PeerTransport: Doorkeeper {
    /// Whether another connection may be accepted; the oldest that keeps silent makes way for it.
    func mayEnter() -> Bool {
        let now = MonotonicClock.now()
        guard newcomers.isFull else { return true }
        refusals.report(
            waiting: "\(newcomers.limit) are open that did not say who they are, as many as may be", at: now)
        guard let oldest = newcomers.removeOldest(at: now) else { return false }
        oldest.close()
        return true
    }

    func acceptFailed(_ error: IOError) {
        refusals.report(
            waiting: "the system accepts none (\(FileError.text(of: error.errnoCode)))", at: MonotonicClock.now())
    }
}
