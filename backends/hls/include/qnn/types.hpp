/// Element types: the bits of an element in a word, and the number that they represent.
///
/// A type has BITS, the integer type Value that holds its numbers, and decode and encode.
#ifndef QNN_TYPES_HPP
#define QNN_TYPES_HPP

#ifndef AP_INT_MAX_W
#define AP_INT_MAX_W 4096
#endif
#include <ap_int.h>
#include <hls_stream.h>

namespace qnn {

/// Counts iterations and frames.
typedef unsigned long long Count;

/// Two's complement.
template <int WIDTH>
struct Signed {
    static const int BITS = WIDTH;
    typedef ap_int<WIDTH> Value;
    static Value decode(const ap_uint<WIDTH>& code) { return Value(code); }
    template <typename Number>
    static ap_uint<WIDTH> encode(const Number& number) {
        return ap_uint<WIDTH>(number);
    }
};

template <int WIDTH>
struct Unsigned {
    static const int BITS = WIDTH;
    typedef ap_uint<WIDTH> Value;
    static Value decode(const ap_uint<WIDTH>& code) { return code; }
    template <typename Number>
    static ap_uint<WIDTH> encode(const Number& number) {
        return ap_uint<WIDTH>(number);
    }
};

/// -1 or +1: one bit, set for +1.
struct Bipolar {
    static const int BITS = 1;
    typedef ap_int<2> Value;
    static Value decode(const ap_uint<1>& code) { return code == 1 ? Value(1) : Value(-1); }
    template <typename Number>
    static ap_uint<1> encode(const Number& number) {
        return number > 0 ? ap_uint<1>(1) : ap_uint<1>(0);
    }
};

/// -1, 0 or +1 in two's complement.
struct Ternary : Signed<2> {};

/// The bits of numbers below `number`; at least one.
constexpr int bits_for(unsigned long long number) {
    return number <= 2 ? 1 : 1 + bits_for((number + 1) / 2);
}

constexpr int common_divisor(int a, int b) { return b == 0 ? a : common_divisor(b, a % b); }

}  // namespace qnn

#endif
