/// Reads weights from a port, all of them for each vector.
///
/// TO; ROWS at an address, each of BITS in whole BYTES; WORDS (addresses); TIMES (vectors of a
/// frame).
TASK NAME(__global const uchar* restrict port, const uint frames) {
    uint address = 0, time = 0, frame = 0;
#pragma ii 1
    while (frame < frames) {
        WORD(TO_BITS) rows = EMPTY;
#pragma unroll
        for (uint row = 0; row < ROWS; ++row) {
#pragma unroll
            for (uint at = 0; at < BYTES; ++at) {
                const uint bits = BITS - 8 * at < 8 ? BITS - 8 * at : 8;
                const ulong code = port[(address * ROWS + row) * BYTES + at];
                SET(TO_BITS)(&rows, row * BITS + 8 * at, bits, code);
            }
        }
        WRITE(TO, rows);
        if (NEXT(address, WORDS) && NEXT(time, TIMES)) ++frame;
    }
}
