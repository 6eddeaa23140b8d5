#ifndef DECREE_CRC_H
#define DECREE_CRC_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, reflected, initial value and final inversion of all bits) of `count` bytes.
/// `previous` is the checksum of what came before, 0 at the beginning, so that pieces can be chained.
/// Uses the processor's instruction where there is one, found out at run time.
uint32_t decree_crc32c(uint32_t previous, const void *bytes, size_t count);

/// The same from tables, on every processor; there for tests and as the fallback.
uint32_t decree_crc32c_table(uint32_t previous, const void *bytes, size_t count);

#endif
