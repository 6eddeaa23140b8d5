// # The wire
//
// How values of the protocol become bytes, between peers and in the journal. Everything here is a pure function over
// memory: no sockets, no files, no allocation that a hostile length could steer.
//
// ## Layers
//
// 1. `WireWriter` and `WireReader`: fixed-width little-endian fields. The writer fills memory that was sized exactly
//    beforehand; the reader refuses to run over the end. Fields are not packed: of a command of 300 bytes the head
//    takes 29, and a fixed place costs less to find than a variable one.
// 2. `EntryCodec`, `EnvelopeCodec`, `RecordCodec`: entries, messages and journal records. Each form starts with a
//    version and a kind; numbers of kinds are never used twice. An entry carries its length, so that one of a kind that
//    this version does not know is kept and passed on with the same bytes; a message or a record of an unknown kind is
//    refused, since what it asks cannot be left out.
// 3. `FrameCodec`: what travels between peers after the handshake, under a length and a CRC-32C.
// 4. `HandshakeCodec`: the first bytes in either direction. They start with "DECREE", so that each side can tell a peer
//    from an etcd member, a browser or a TLS client, and can say so in one line.
//
// ## Copies
//
// Payloads are the bulk. Encoding copies each once, into the frame or the batch. Decoding copies the part of a frame
// from its first payload on once, and all entries are slices of that copy: one allocation for a frame of a hundred
// commands, none for a frame of heartbeats. A slice keeps its whole frame alive; frames are a few MiB at most.
// Measured on 2 cores of an AMD EPYC under load: 0.10 us to encode and 0.09 us to decode an entry of 300 bytes in
// messages of a hundred, both with the checksum; CRC-32C alone 8.2 GB/s.
//
// ## Limits
//
// A frame is refused by its length before it is waited for, a count before memory is set aside for it (what the
// remaining bytes can hold, and two million), a slot beyond 2^62 so that no arithmetic overflows. Equal values have
// equal bytes and other bytes do not decode: flags are 0 or 1, reserved fields 0, nothing is left over.
//
// ## Versions
//
// The handshake settles the version of frames: the highest that both speak. What is added within a version is
// announced by a feature bit, and used when both sides name it. `GoldenTests` hold the bytes of every kind.
//
// ## What is missing
//
// No compression. No authentication: the checksum resists chance, not an attacker, who is kept out by TLS.
