import PaxosBase

// Votes that have been missing for a while are asked for again.
extension Leader {
    /// Asks again for the votes for slots that were open already at the last look.
    mutating func resend(at now: Instant, limit: TimeSpan, _ core: inout Core, into effects: inout Effects) {
        guard !votes.isEmpty else { return lastResend = now }
        guard now.since(lastResend) >= limit,
            now.since(lastResend) >= limit + core.settings.slowTransfer(of: bytesUnderWay(core))
        else { return }
        lastResend = now
        let older = resendsBelow
        resendsBelow = votes.next
        guard votes.first < older else { return }
        for peer in seat.others { resend(to: peer, below: older, &core, into: &effects) }
    }

    /// Of what is open, up to what is sent again at once; one value may be more than that.
    private func bytesUnderWay(_ core: Core) -> Int {
        var bytes = 0
        var slot = votes.first
        while slot < votes.next, bytes < core.settings.maximumResendBytes {
            if !votes.isChosen(slot) { bytes += core.log.record(at: slot).entry?.byteCount ?? 0 }
            slot = slot.next
        }
        return bytes
    }

    private func resend(to peer: Int, below end: Slot, _ core: inout Core, into effects: inout Effects) {
        let member = seat.configuration.members[peer]
        var run: [Entry] = []
        var (runBytes, sentBytes) = (0, 0)
        var slot = votes.first
        while slot < end, sentBytes < core.settings.maximumResendBytes {
            if votes.isMissing(slot, of: peer), let entry = core.log.record(at: slot).entry {
                run.append(entry)
                runBytes += entry.byteCount
                sentBytes += entry.byteCount
                slot = slot.next
                if runBytes < core.settings.maximumBatchBytes { continue }
            } else if run.isEmpty {
                slot = slot.next
                continue
            }
            // The run ends before `slot`, which is looked at again if it was not part of it.
            sendAgain(&run, before: slot, to: member, into: &effects)
            runBytes = 0
        }
        sendAgain(&run, before: slot, to: member, into: &effects)
        seat.send(.chosen(ChosenMark(ballot: ballot, watermark: mark)), to: member, into: &effects)
    }

    private func sendAgain(
        _ run: inout [Entry], before end: Slot, to member: NodeID, into effects: inout Effects
    ) {
        guard !run.isEmpty else { return }
        let mark = ChosenMark(ballot: ballot, watermark: mark)
        let accept = Accept(ballot: ballot, first: end.advanced(by: -run.count), entries: run, mark: mark)
        seat.send(.accept(accept), to: member, into: &effects)
        run = []
    }
}
