// Vectors of registers: two halves that are computed alike.
//
// Compilers accept vectors that are larger than a register, but GCC then keeps them in memory and
// moves them through other registers after each operation.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#define QNN_INLINE inline __attribute__((always_inline))
#define QNN_UNROLL _Pragma("GCC unroll 16")

namespace qnn {

#if defined(__AVX512F__)
constexpr int REGISTER_BYTES = 64;
#elif defined(__AVX2__)
constexpr int REGISTER_BYTES = 32;
#else
constexpr int REGISTER_BYTES = 16;
#endif

template <class Half>
struct Pair {
    Half low, high;
};

template <class V>
constexpr bool is_pair = false;
template <class Half>
constexpr bool is_pair<Pair<Half>> = true;

// A vector of `Size` bytes: one register, or pairs of them.
template <class T, int Size, bool Fits = (Size <= REGISTER_BYTES)>
struct VectorOf {
    typedef T type __attribute__((vector_size(Size)));
};
template <class T, int Size>
struct VectorOf<T, Size, false> {
    using type = Pair<typename VectorOf<T, Size / 2>::type>;
};
template <class T, int Size>
using Vector = typename VectorOf<T, Size>::type;

// Operators of two vectors, and of a vector and a number.
#define QNN_OPERATOR(op)                                                         \
    template <class Half>                                                        \
    QNN_INLINE Pair<Half> operator op(const Pair<Half>& a, const Pair<Half>& b)  \
    {                                                                            \
        return {(Half)(a.low op b.low), (Half)(a.high op b.high)};               \
    }                                                                            \
    template <class Half, class T, class = std::enable_if_t<std::is_arithmetic_v<T>>> \
    QNN_INLINE Pair<Half> operator op(const Pair<Half>& a, T b)                  \
    {                                                                            \
        return {(Half)(a.low op b), (Half)(a.high op b)};                        \
    }
QNN_OPERATOR(+)
QNN_OPERATOR(-)
QNN_OPERATOR(*)
QNN_OPERATOR(&)
QNN_OPERATOR(|)
QNN_OPERATOR(^)
QNN_OPERATOR(<<)
QNN_OPERATOR(>>)
QNN_OPERATOR(>=)
QNN_OPERATOR(==)
#undef QNN_OPERATOR

template <class Half>
QNN_INLINE Pair<Half> operator~(const Pair<Half>& x)
{
    return {~x.low, ~x.high};
}

template <class V>
QNN_INLINE V load(const void* from)
{
    if constexpr (is_pair<V>) {
        using Half = decltype(V::low);
        return {load<Half>(from), load<Half>((const char*)from + sizeof(Half))};
    } else {
        V value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
}

template <class V>
QNN_INLINE void store(void* to, const V& value)
{
    if constexpr (is_pair<V>) {
        store(to, value.low);
        store((char*)to + sizeof value.low, value.high);
    } else {
        std::memcpy(to, &value, sizeof value);
    }
}

// A number in all lanes.
template <class V, class T>
QNN_INLINE V broadcast(T value)
{
    return V{} + value;
}

// The same bits, as another type.
template <class To, class From>
QNN_INLINE To as_bits(const From& x)
{
    if constexpr (is_pair<To>) {
        using Half = decltype(To::low);
        return {as_bits<Half>(x.low), as_bits<Half>(x.high)};
    } else {
        return (To)x;
    }
}

// Lanes of `a` where the mask is set, else of `b`.
template <class V>
QNN_INLINE V select(const V& mask, const V& a, const V& b)
{
    return (a & mask) | (b & ~mask);
}

}  // namespace qnn
