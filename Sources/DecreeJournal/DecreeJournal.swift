// # The journal
//
// A node may say nothing that it would forget in a crash, so all that it promises and accepts is written here first.
// The journal takes batches of records from the replicas of a node (any number of groups), brings them to stable
// storage in order, and says so; after a restart it folds all records into the `DurableState` of each group.
//
// ## How it is cut
//
// `JournalCore` is a state machine without files, threads or clock: events in (batches, "synced", "prepared"), effects
// out (write, sync, prepare, remove, "durable"). `JournalRecovery` reads segments and makes a core. Both run in the
// simulator on a disk that loses and tears what was not synced. `Journal` drives them on a POSIX file system: one
// thread writes and syncs, another makes and removes files, so that no batch waits for 64 MiB of zeros.
//
// ## Group commit
//
// One write is in flight at a time. What comes meanwhile gathers and is written next, as one batch, under one sync.
// Nothing lingers: an idle journal writes at once, a busy one in large batches.
//
// ## Format 1
//
// Segment files have a fixed size and are filled with zeros before their use, so that a sync never changes metadata.
// `SegmentHeader` takes the first page: identity, number, first sequence. Batches follow at multiples of eight bytes
// (`BatchHeader`): checksums, sequence, length, the oldest segment that is still needed, records. Sequences are
// consecutive along the journal. Checksums cover identity and number of the segment and the place of the batch, so
// that the old bytes of a file that is used again never validate. The first batch of a segment begins with a
// checkpoint (for each group its incarnation, promise, watermark and trim mark), so that earlier segments may go. The
// header of a segment travels with that batch, in one write: a segment is begun whole or not at all.
//
// ## Torn or damaged
//
// The rule that all rests on: a batch is written only after the sync of the one before it returned. So
//
// - only the last batch can be torn, and it was never acknowledged: it is cut, which means that the next one is written
//   over it. What is left of it behind the new one is never taken for a batch: it had one header, and that is gone;
// - a batch that cannot be read while a later one can, or a later segment was begun, had been acknowledged: that is
//   damage, and the node refuses to start (`JournalError.damaged`, with file, place, finding and the later witness);
// - damage to the very last batch looks like a torn write. Therefore an idle journal writes a mark, an empty batch,
//   behind its last one; so does a journal that is closed. What stays open is damage to a batch that was synced less
//   than one pause before a crash;
// - a segment that is missing shows by its neighbours, or by the oldest needed number that each batch carries.
//
// What recovery reads may be in the system's memory only: the process died before its sync, or of a sync that failed,
// after which pages count as clean. So recovery writes the last batch once more and syncs it (the others were synced
// before it was written) before it hands anything out: the effect `ready`.
// - Source: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
// - Source: Alagappan et al., "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018 (torn against damaged).
//
// ## Trimming
//
// When a `trimmed` record is durable, the oldest segments whose slots it covers in every group are given up: renamed to
// be the next ready ones, or removed. The batch that carried the record names the oldest segment still needed, so what
// a crash leaves behind is neither missed nor believed.
//
// ## Full disks
//
// Space is taken a segment ahead. Below the reserve the journal reports `full`, long before a write could fail, and the
// replicas propose nothing; what is under way (promises, watermarks, trimming) still finds room in the segment that is
// ready, and in the reserve. With space back it reports so; where a quota hides the shortage, once a segment was made.
// A write that finds no room is reported likewise and waits until there is some or the journal is closed. What needs no
// space but a file descriptor that the system does not give waits likewise: nothing is in doubt yet.
//
// ## Reading back
//
// For a peer that lags, the index says which parts of which segments may hold its slots, the write in flight left out,
// and they are read beside the writing. All of them must be read whole: if one cannot be, nothing is answered, since an
// earlier record of a slot may be out of date.
//
// ## Failures
//
// A write or a sync that fails ends the process with one line: after a failed sync nobody knows what the disk holds,
// and a second sync that succeeds proves nothing.
//
// ## Costs
//
// On 2 cores of an AMD EPYC that were several times overloaded while measuring (CPU, records of 300 bytes):
//
//     core alone, batches of 1 / 10 / 100    1.5 / 0.26 / 0.2 us a record (a checksum 0.05 of it)
//     with write, sync and both threads      210 / 20 / 2.1 us a record, nearly all of it the system's part of a sync
//     recovery                               0.14 s of CPU for 200 MB in batches of 100 records
//     index                                  40 bytes of memory for 64 KiB of journal
//
// ## What is missing
//
// - Damaged slots are not yet marked as faulty and repaired by peers (protocol rules 10 to 13): damage keeps the node
//   from starting. `JournalDamage` names what is lost; `SlotReport` can already say it.
// - The loss of the newest segment is noticed only while a ready one lies behind it.
// - Large values are not kept apart: every record holds its value.
// - On file systems that copy on write, filled blocks can still run out; the write is then repeated until there is
//   space, but the reserve cannot be relied on.
