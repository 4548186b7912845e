#pragma once
#include <cstdint>
#include <vector>

namespace paraph::service {

/// Counts by 64-bit key, in 16 octets a slot and at most 40 octets a key: for walks over all messages and all blobs.
/// Keys are spread evenly already or are made so; 0 is a key like others. Grows by doubling.
class CountTable {
 public:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t count = 0;
    bool used = false;
    bool seen = false;  ///< for the walker's own use
  };

  CountTable() : slots_(1024) {}

  Slot& at(std::uint64_t key) {
    if (used_ * 10 > slots_.size() * 7) grow();
    Slot& slot = find_slot(slots_, key);
    if (!slot.used) slot = {.key = key, .used = true}, ++used_;
    return slot;
  }
  /// nullptr when it was never asked for by at().
  Slot* find(std::uint64_t key) {
    Slot& slot = find_slot(slots_, key);
    return slot.used ? &slot : nullptr;
  }
  template <class Each>
  void for_each(Each&& each) {
    for (auto& slot : slots_) {
      if (slot.used) each(slot);
    }
  }

 private:
  static Slot& find_slot(std::vector<Slot>& slots, std::uint64_t key) {
    const std::uint64_t spread = key * 0x9E3779B97F4A7C15u;
    for (std::size_t i = (spread >> 20) & (slots.size() - 1);; i = (i + 1) & (slots.size() - 1)) {
      if (!slots[i].used || slots[i].key == key) return slots[i];
    }
  }
  void grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const auto& slot : slots_) {
      if (slot.used) find_slot(larger, slot.key) = slot;
    }
    slots_ = std::move(larger);
  }

  std::vector<Slot> slots_;  ///< a power of two of them
  std::size_t used_ = 0;
};

}  // namespace paraph::service
