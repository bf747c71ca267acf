/// What a sum goes through before it is written: a bias, thresholds, or nothing.
///
/// An activation's `apply` takes the sum, the group of channels it belongs to, its place in the
/// group, and its memories; memories have an address for each group, and a word for each place.
#ifndef QNN_ACTIVATION_HPP
#define QNN_ACTIVATION_HPP

#include "qnn/sum.hpp"

namespace qnn {

/// The sum as it is.
struct Pass {
    template <typename Sum>
    static Sum apply(const Sum& sum, unsigned, unsigned) {
#pragma HLS INLINE
        return sum;
    }
};

/// Adds a constant of each channel, which the type of the sum has room for.
template <typename Bias, typename Next>
struct Biased {
    template <typename Sum, int GROUPS, int LANES, typename... Memories>
    static auto apply(
        const Sum& sum, unsigned group, unsigned place,
        const ap_uint<Bias::BITS> (&bias)[GROUPS][LANES], const Memories&... memories
    ) {
#pragma HLS INLINE
        const Sum total = sum + Bias::decode(bias[group][place]);
        return Next::apply(total, group, place, memories...);
    }
};

/// The level of a result: how many thresholds are reached, from OFFSET on.
template <int STEPS, int OFFSET>
struct Level {
    typedef ap_int<bits_for(STEPS + 1ull + (OFFSET < 0 ? -(long long)OFFSET : OFFSET)) + 2> Value;
    static Value of(const ap_uint<bits_for(STEPS + 1)>& reached) {
#pragma HLS INLINE
        return Value(reached) + OFFSET;
    }
};

/// The sign of a result with one threshold.
struct Sign {
    typedef ap_int<2> Value;
    static Value of(const ap_uint<1>& reached) {
#pragma HLS INLINE
        return reached == 1 ? Value(1) : Value(-1);
    }
};

/// What both ways to count thresholds share: Counter::reached says how many a sum has reached.
template <typename Counter, int STEPS, typename Result>
struct Stepped {
    typedef ap_uint<bits_for(STEPS + 1)> Reached;

    template <typename Sum, typename Rows>
    static typename Result::Value apply(
        const Sum& sum, unsigned group, unsigned place, const Rows& thresholds
    ) {
#pragma HLS INLINE
        return Result::of(Counter::reached(sum, group, place, thresholds));
    }

    /// In a channel marked as descending, the thresholds count that are not reached.
    template <typename Sum, typename Rows, int GROUPS, int LANES>
    static typename Result::Value apply(
        const Sum& sum, unsigned group, unsigned place, const Rows& thresholds,
        const ap_uint<1> (&descending)[GROUPS][LANES]
    ) {
#pragma HLS INLINE
        const Reached count = Counter::reached(sum, group, place, thresholds);
        const bool turned = descending[group][place] == 1;
        return Result::of(turned ? Reached(STEPS - count) : count);
    }
};

/// All thresholds of a channel compared at once; one row stands for all channels if SHARED.
template <typename Threshold, int STEPS, typename Result, bool SHARED>
struct Compared : Stepped<Compared<Threshold, STEPS, Result, SHARED>, STEPS, Result> {
    template <typename Sum, int GROUPS, int LANES>
    static ap_uint<bits_for(STEPS + 1)> reached(
        const Sum& sum, unsigned group, unsigned place,
        const Word<Threshold, STEPS> (&thresholds)[GROUPS][LANES]
    ) {
#pragma HLS INLINE
        const Word<Threshold, STEPS> row = thresholds[SHARED ? 0 : group][SHARED ? 0 : place];
        ap_uint<STEPS> flags;
        for (unsigned i = 0; i < STEPS; ++i) {
#pragma HLS UNROLL
            flags[i] = sum >= lane<Threshold>(row, i);
        }
        return ones(flags);
    }
};

/// A binary search: a comparison on each of LEVELS levels, each with a memory of its own.
///
/// Level l holds 2^l thresholds of each channel, those that halve what the levels before left over.
/// The last threshold may be repeated to fill the levels.
template <typename Threshold, int LEVELS, int STEPS, typename Result, bool SHARED>
struct Searched : Stepped<Searched<Threshold, LEVELS, STEPS, Result, SHARED>, STEPS, Result> {
    static const int HALF = 1 << (LEVELS - 1);

    template <typename Sum, int GROUPS, int LANES>
    static ap_uint<LEVELS> reached(
        const Sum& sum, unsigned group, unsigned place,
        const ap_uint<Threshold::BITS> (&thresholds)[LEVELS][GROUPS][LANES][HALF]
    ) {
#pragma HLS INLINE
        ap_uint<LEVELS> found = 0;
        for (unsigned level = 0; level < LEVELS; ++level) {
#pragma HLS UNROLL
            const auto code = thresholds[level][SHARED ? 0 : group][SHARED ? 0 : place][found];
            found = (found << 1) | ap_uint<1>(sum >= Threshold::decode(code));
        }
        return found < STEPS ? found : ap_uint<LEVELS>(STEPS);
    }
};

}  // namespace qnn

#endif
