import DecreePages

extension Intervention {
    /// What would happen, for somebody who is to choose.
    /// - Parameter isTaken: It happens by itself.
    func branch(in engine: Engine, _ recorder: WorldRecorder, isTaken: Bool) -> Branch {
        if let frame = engine.frame(of: self) {
            let names = "\(engine.nodes[Int(frame.from)].id) → \(engine.nodes[Int(frame.to)].id)"
            return Branch(group, "\(names): \(recorder.content(of: frame).1)", isTaken: isTaken)
        }
        return Branch(group, words(engine), isTaken: isTaken)
    }

    private var group: Branch.Group {
        switch self {
        case .loses: .loss
        case .crashes, .pauses, .cutOff: .fault
        case .comes(_, let occurrence):
            switch occurrence.kind {
            case .delivery: .arrival
            case .submission: .client
            case .diskDone: .disk
            default: .fault
            }
        }
    }

    private func words(_ engine: Engine) -> String {
        let name = { (node: Int) in "\(engine.nodes[node].id)" }
        return switch self {
        case .crashes(let node): "\(name(node)) crashes"
        case .pauses(let node): "\(name(node)) stands still"
        case .cutOff(let node): "\(name(node)) is cut off from all others"
        case .comes(_, let occurrence), .loses(_, let occurrence):
            switch occurrence.kind {
            case .submission: "what a client asks \(name(Int(occurrence.node))) for reaches it"
            case .diskDone: "the disk of \(name(Int(occurrence.node))) is done with what it writes"
            case .restart: "\(name(Int(occurrence.node))) starts again"
            case .resume: "\(name(Int(occurrence.node))) goes on"
            default: "links that were cut carry messages again"
            }
        }
    }
}
