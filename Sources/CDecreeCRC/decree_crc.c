// CRC-32C. Swift cannot reach the processor's instruction, hence this one file of C.
#include "decree_crc.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

// Eight tables ("slicing by eight"): table[k][b] is the checksum of byte b followed by k zero bytes.
// Filled when the program is loaded, before any thread could use it.
static uint32_t table[8][256];

__attribute__((constructor))
static void fill_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
        table[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int step = 1; step < 8; step++)
            table[step][byte] = (table[step - 1][byte] >> 8) ^ table[0][table[step - 1][byte] & 0xFF];
}

uint32_t decree_crc32c_table(uint32_t previous, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint32_t crc = ~previous;
    while (count >= 8) {
        uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24);
        crc = table[7][low & 0xFF] ^ table[6][(low >> 8) & 0xFF] ^ table[5][(low >> 16) & 0xFF] ^ table[4][low >> 24]
            ^ table[3][next[4]] ^ table[2][next[5]] ^ table[1][next[6]] ^ table[0][next[7]];
        next += 8;
        count -= 8;
    }
    while (count--) crc = (crc >> 8) ^ table[0][(crc ^ *next++) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2")))
static uint32_t crc_by_instruction(uint32_t previous, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint64_t crc = (uint32_t)~previous;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = _mm_crc32_u64(crc, word);
        next += 8;
        count -= 8;
    }
    uint32_t rest = (uint32_t)crc;
    while (count--) rest = _mm_crc32_u8(rest, *next++);
    return ~rest;
}

static int has_instruction(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2") ? 1 : 0;
}

#elif defined(__aarch64__)

__attribute__((target("crc")))
static uint32_t crc_by_instruction(uint32_t previous, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint32_t crc = ~previous;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = __crc32cd(crc, word);
        next += 8;
        count -= 8;
    }
    while (count--) crc = __crc32cb(crc, *next++);
    return ~crc;
}

static int has_instruction(void) {
#if defined(__linux__)
    return (getauxval(AT_HWCAP) & (1UL << 7)) ? 1 : 0;  // HWCAP_CRC32
#else
    return 1;  // every Apple processor of this architecture has it
#endif
}

#else

static uint32_t crc_by_instruction(uint32_t previous, const void *bytes, size_t count) {
    return decree_crc32c_table(previous, bytes, count);
}

static int has_instruction(void) { return 0; }

#endif

static int is_hardware(void) {
    // 0: not asked yet, 1: no, 2: yes. Threads that race write the same value.
    static int answer;
    int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
    if (known == 0) {
        known = 1 + has_instruction();
        __atomic_store_n(&answer, known, __ATOMIC_RELAXED);
    }
    return known == 2;
}

uint32_t decree_crc32c(uint32_t previous, const void *bytes, size_t count) {
    if (is_hardware()) return crc_by_instruction(previous, bytes, count);
    return decree_crc32c_table(previous, bytes, count);
}
