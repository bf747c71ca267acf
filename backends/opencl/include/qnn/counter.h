/// Counters: 0, 1, ... size - 1, and then from 0 again, in no more bits than that takes.
#ifndef QNN_COUNTER_H
#define QNN_COUNTER_H

/// Ones where a number below `size` has bits: from such a mask aoc sees how wide a number is.
#define BELOW(size) (~0u >> clz((uint)(size)-1))

/// Goes on; whether it came round.
#define NEXT(counter, size)                                                                        \
    ((counter = counter == (size)-1 ? 0 : (counter + 1) & BELOW(size)) == 0)

#endif
