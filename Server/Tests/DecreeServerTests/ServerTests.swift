import Testing

/// Tests of the whole program: real processes, real sockets, a real disk.
///
/// They run one after the other, all of them, because each loads the machine.
@Suite(.serialized) enum ServerTests {}
