/// Counters that count 0, 1, ..., size - 1 and start again, in the fewest bits.
#ifndef QNN_COUNTER_H
#define QNN_COUNTER_H

/// A mask of the bits of numbers below `size`, from which aoc derives the width of a counter.
#define BELOW(size) (~0u >> clz((uint)(size)-1))

/// Increments the counter; true if it starts again at 0.
#define NEXT(counter, size)                                                                        \
    ((counter = counter == (size)-1 ? 0 : (counter + 1) & BELOW(size)) == 0)

#endif
