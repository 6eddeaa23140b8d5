// # The simulator
//
// A whole cluster in one thread: the log, the journal and the codecs that ship, over a network, disks and clocks that are
// values in memory. One seed decides everything that happens. What goes wrong in a data centre once a year goes wrong
// here many times a second, and what went wrong once goes wrong again in the same way, as often as one likes to look.
//
// ## The world
//
// `Engine` is the world without state machines. Its `Schedule` knows what is going to happen, in a total order; whatever
// happens may plan more. A `SimulatedNode` has what survives a crash (disk and snapshot) and, while it runs, a `Process`
// with what does not. Replicas step exactly as they do in the real host: input is gathered, then `inputDrained`, then
// effects are carried out; records go to a real `JournalCore` on a `VirtualDisk`, messages as encoded frames over the
// `VirtualNetwork`. `World` adds the machines and the clients, and is generic over a `Workload`; the engine is not, so
// that it runs at full speed whatever machine is on top.
//
// ## A run
//
// `RunPlan` is drawn first: how large the world is, which faults exist in it and how often (no two runs are alike in
// that, which is called swarm testing), how slow its disks are, how patient its clients. Half of
// the runs have a `Temper` besides: trouble of one kind, such as leaders that change all the time. Then
//
// 1. faults, while four clients do one thing after another;
// 2. the world heals, or only a quorum does: clients must finish what they do within a bound of virtual time;
// 3. every client asks one last question;
// 4. silence: all replicas must become equal.
//
// ## What is checked
//
// After every step, by objects that know nothing of how the replicas work inside: `DurableQuorumChecker` follows every
// sync of every disk and so knows by itself what is chosen; it is the measure of what replicas claim. `AgreementChecker`
// holds that measure against every proposal: a value above a chosen one must be the same, long before anybody applies
// it. `MonotoneChecker`, `ProposedChecker`, `AtMostOnceChecker` and `DigestChecker` say what their names say; restarts
// check that the journal gives back what was synced. In the end `LinearizabilityChecker` judges what the clients saw, and
// `LivenessChecker` how long it took.
//
// A checker that never found anything proves little. So every rule of the protocol can be broken on purpose
// (`PlantedBug`), and a test demands that each of these bugs is caught within the seeds that the sound core passes.
//
// ## Your own machine
//
// Write a `Workload` for it: what clients do, and a plain model to compare with. `RegisterMachine`, `RegisterWorkload`
// and `RegisterModel` are a complete example.
//
// ## What is missing
//
// Damage to what was synced (bits that rot, writes that go elsewhere), changes of membership, lost disks, snapshots that
// travel between nodes, clocks that jump, several groups over one journal, and exhaustive exploration.
