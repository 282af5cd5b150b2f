// Memory for argon2 that is kept from one hash to the next: mapping and clearing 19 MiB anew takes a fifth of a hash.
// It must not keep what is not in use: a block that no hash has taken for a while goes back to the system.
// build-argon2.ts compiles it into the package's own argon2.cpp.

#pragma once

#include "argon2/include/argon2.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <napi.h>
#include <sys/mman.h>
#include <vector>

namespace blocks {

constexpr size_t HUGE_PAGE = size_t{2} << 20;
/** A block goes back after one to two of these without use. */
constexpr int LOOK_EVERY_MS = 1000;

struct Block {
    uint8_t *memory;
    size_t bytes;
    unsigned looksBefore;
};

inline std::mutex lock;
inline std::vector<Block> kept;
inline unsigned looks = 0;

inline auto mapped_size(size_t bytes) -> size_t {
    return (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

/** Begins where a huge page does: elsewhere some 2 MiB of it would be pages of 4 KiB. @return nullptr: no memory */
inline auto map(size_t bytes) -> uint8_t * {
    const size_t size = mapped_size(bytes);
    void *const mapping = mmap(nullptr, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) {
        return nullptr;
    }
    auto *const begin = static_cast<uint8_t *>(mapping);
    const size_t before = HUGE_PAGE - reinterpret_cast<uintptr_t>(begin) % HUGE_PAGE;
    munmap(begin, before);
    if (before < HUGE_PAGE) {
        munmap(begin + before + size, HUGE_PAGE - before);
    }
    madvise(begin + before, size, MADV_HUGEPAGE);
    return begin + before;
}

inline void unmap(const Block &block) {
    munmap(block.memory, mapped_size(block.bytes));
}

/** argon2's allocate_cbk. A block of another size makes room, so that there are never more than hashes ran at once. */
inline auto take(uint8_t **memory, size_t bytes) -> int {
    const std::lock_guard guard{lock};
    // The last one kept is the first one taken: the others are out of use, and may go.
    for (auto block = kept.rbegin(); block != kept.rend(); ++block) {
        if (block->bytes == bytes) {
            *memory = block->memory;
            kept.erase(std::next(block).base());
            return ARGON2_OK;
        }
    }
    if (!kept.empty()) {
        unmap(kept.back());
        kept.pop_back();
    }
    *memory = map(bytes);
    return ARGON2_OK;
}

/** argon2's free_cbk, called once it has wiped the block. */
inline void keep(uint8_t *memory, size_t bytes) {
    const std::lock_guard guard{lock};
    kept.push_back({memory, bytes, looks});
}

/** @return whether a block is left */
inline auto give_back(bool all) -> bool {
    const std::lock_guard guard{lock};
    std::erase_if(kept, [all](const Block &block) {
        const bool isUnused = all || block.looksBefore < looks;
        if (isUnused) {
            unmap(block);
        }
        return isUnused;
    });
    looks += 1;
    return !kept.empty();
}

/** Belongs to one thread of JavaScript. Where that ends its timer does, too, so nothing stays behind. */
struct Timer {
    Napi::ObjectReference handle;
    ~Timer() { give_back(true); }
};

inline void look(const Napi::CallbackInfo &info) {
    if (give_back(false)) {
        return;
    }
    const Napi::Env env = info.Env();
    auto *const timer = env.GetInstanceData<Timer>();
    env.Global().Get("clearInterval").As<Napi::Function>().Call({timer->handle.Value()});
    timer->handle.Reset();
}

/** Called after each hash, on the thread of its JavaScript: there is a timer while a block is kept. */
inline void watch(Napi::Env env) {
    auto *timer = env.GetInstanceData<Timer>();
    if (timer == nullptr) {
        timer = new Timer{};
        env.SetInstanceData(timer);
    }
    if (!timer->handle.IsEmpty()) {
        return;
    }
    const auto handle = env.Global().Get("setInterval").As<Napi::Function>().Call(
        {Napi::Function::New(env, look), Napi::Number::New(env, LOOK_EVERY_MS)});
    timer->handle = Napi::Persistent(handle.As<Napi::Object>());
    // A process that has nothing else to do may end.
    timer->handle.Get("unref").As<Napi::Function>().Call(timer->handle.Value(), {});
}

} // namespace blocks
