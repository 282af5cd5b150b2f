// Fills argon2's memory, in place of the package's opt.c: the same arithmetic for AVX2, arranged so that it waits less.
// It must not change a bit of any hash: the build and the tests compare it with the package's own binary.
//
// - Words change places within a lane of 128 bits (one cycle) in place of across lanes (several, each in the way of the next).
// - The block to be mixed in next is fetched as soon as its address is known: the first word of a block is final when a
//   quarter of its columns is done, and 19 MiB for each core are more than most caches hold.
//
// Which addresses are read, and in what order, is as before: nothing new depends on a code.

#include "argon2.h"
#include "blake2/blamka-round-opt.h"
#include "core.h"

#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { VECTORS = ARGON2_HWORDS_IN_BLOCK, CACHE_LINE = 64 };

/** The memory block and the lane that a pseudo-random word names (RFC 9106 §3.4). */
INLINE const block *find_reference(const argon2_instance_t *instance,
                                   const argon2_position_t *position, uint64_t word) {
    const int is_first_slice = position->pass == 0 && position->slice == 0;
    const uint32_t lane = is_first_slice ? position->lane : (uint32_t)((word >> 32) % instance->lanes);
    const uint32_t index = index_alpha(instance, position, (uint32_t)word, lane == position->lane);
    return instance->memory + (size_t)instance->lane_length * lane + index;
}

INLINE const block *fetch(const block *reference) {
    for (size_t at = 0; at < ARGON2_BLOCK_SIZE; at += CACHE_LINE) {
        __builtin_prefetch((const char *)reference + at);
    }
    return reference;
}

/** The round of BLAKE2b with multiplications, for two states at once: one in the lower lanes, one in the upper. */
INLINE void mix(__m256i v[8]) {
    G1_AVX2(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
    G2_AVX2(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
    const __m256i b = _mm256_alignr_epi8(v[3], v[2], 8), c = v[4];
    const __m256i d = _mm256_alignr_epi8(v[6], v[7], 8);
    v[3] = _mm256_alignr_epi8(v[2], v[3], 8);
    v[2] = b;
    v[4] = v[5];
    v[5] = c;
    v[7] = _mm256_alignr_epi8(v[7], v[6], 8);
    v[6] = d;
    G1_AVX2(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
    G2_AVX2(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
    const __m256i b_back = _mm256_alignr_epi8(v[2], v[3], 8), c_back = v[4];
    const __m256i d_back = _mm256_alignr_epi8(v[7], v[6], 8);
    v[3] = _mm256_alignr_epi8(v[3], v[2], 8);
    v[2] = b_back;
    v[4] = v[5];
    v[5] = c_back;
    v[7] = _mm256_alignr_epi8(v[6], v[7], 8);
    v[6] = d_back;
}

INLINE void mix_rows(__m256i *rows) {
    __m256i v[8];
    for (int i = 0; i < 4; i += 1) {
        v[2 * i] = _mm256_permute2x128_si256(rows[i], rows[4 + i], 0x20);
        v[2 * i + 1] = _mm256_permute2x128_si256(rows[i], rows[4 + i], 0x31);
    }
    mix(v);
    for (int i = 0; i < 4; i += 1) {
        rows[i] = _mm256_permute2x128_si256(v[2 * i], v[2 * i + 1], 0x20);
        rows[4 + i] = _mm256_permute2x128_si256(v[2 * i], v[2 * i + 1], 0x31);
    }
}

INLINE void mix_columns(__m256i *columns) {
    __m256i v[8];
    for (int i = 0; i < 8; i += 1) v[i] = columns[4 * i];
    mix(v);
    for (int i = 0; i < 8; i += 1) columns[4 * i] = v[i];
}

/**
 * RFC 9106 §3.5. @param state the block before; afterwards this one. @param next the position of the block after it, if
 * its reference depends on this one. @return that reference
 */
INLINE const block *fill_block(__m256i state[VECTORS], const block *reference, block *made,
                               int with_xor, const argon2_instance_t *instance,
                               const argon2_position_t *next) {
    __m256i before[VECTORS];
    const block *following = NULL;
    for (int i = 0; i < VECTORS; i += 1) {
        const __m256i other = _mm256_loadu_si256((const __m256i *)reference->v + i);
        before[i] = state[i] = _mm256_xor_si256(state[i], other);
        if (with_xor) {
            const __m256i old = _mm256_loadu_si256((const __m256i *)made->v + i);
            before[i] = _mm256_xor_si256(before[i], old);
        }
    }
    for (int i = 0; i < 4; i += 1) mix_rows(state + 8 * i);
    mix_columns(state);
    if (next != NULL) {
        const __m256i first = _mm256_xor_si256(state[0], before[0]);
        following = fetch(find_reference(instance, next, (uint64_t)_mm256_extract_epi64(first, 0)));
    }
    for (int i = 1; i < 4; i += 1) mix_columns(state + i);
    for (int i = 0; i < VECTORS; i += 1) {
        state[i] = _mm256_xor_si256(state[i], before[i]);
        _mm256_storeu_si256((__m256i *)made->v + i, state[i]);
    }
    return following;
}

/** RFC 9106 §3.4.1.2: addresses that depend on the position alone, 128 in each block. */
typedef struct {
    block input, made;
} addresses;

static uint64_t read_address(addresses *from, uint32_t index, int is_first) {
    if (is_first || index % ARGON2_ADDRESSES_IN_BLOCK == 0) {
        __m256i zeros[VECTORS] = {0}, more_zeros[VECTORS] = {0};
        from->input.v[6] += 1;
        fill_block(zeros, &from->input, &from->made, 0, NULL, NULL);
        fill_block(more_zeros, &from->made, &from->made, 0, NULL, NULL);
    }
    return from->made.v[index % ARGON2_ADDRESSES_IN_BLOCK];
}

/** argon2's core calls it: one lane's part of a quarter of a pass. */
void fill_segment(const argon2_instance_t *instance, argon2_position_t position) {
    const uint32_t length = instance->segment_length;
    const int is_first_slice = position.pass == 0 && position.slice == 0;
    const int is_independent =
        instance->type == Argon2_i || (instance->type == Argon2_id && position.pass == 0 &&
                                       position.slice < ARGON2_SYNC_POINTS / 2);
    const int with_xor = position.pass != 0 && instance->version != ARGON2_VERSION_10;
    addresses from = {.input.v = {position.pass, position.lane, position.slice,
                                  instance->memory_blocks, instance->passes, instance->type}};
    block *const lane = instance->memory + (size_t)instance->lane_length * position.lane;
    // The first two blocks of a lane are there already.
    const uint32_t begin = is_first_slice ? 2 : 0;
    const uint32_t first = position.slice * length + begin;
    __m256i state[VECTORS];
    memcpy(state, lane[(first == 0 ? instance->lane_length : first) - 1].v, sizeof state);

    position.index = begin;
    const uint64_t word = is_independent ? read_address(&from, begin, is_first_slice)
                                         : (uint64_t)_mm256_extract_epi64(state[0], 0);
    const block *reference = find_reference(instance, &position, word);
    for (uint32_t i = begin; i < length; i += 1) {
        block *const made = lane + position.slice * length + i;
        const block *following = reference;
        position.index = i + 1;
        if (is_independent) {
            if (i + 1 < length) {
                const uint64_t address = read_address(&from, i + 1, 0);
                following = fetch(find_reference(instance, &position, address));
            }
            fill_block(state, reference, made, with_xor, NULL, NULL);
        } else if (with_xor) {
            following = fill_block(state, reference, made, 1, instance, &position);
        } else {
            following = fill_block(state, reference, made, 0, instance, &position);
        }
        reference = following;
    }
}
