/// Frames enter the design: the host's integers are packed into words.
///
/// TO; ELEMENT, LANES; HOST, the type of an element in the host's memory; WORDS of a frame.
TASK NAME(__global const HOST* restrict port, const uint frames) {
    uint frame = 0, at = 0;
#pragma ii 1
    while (frame < frames) {
        WORD(TO_BITS) word = EMPTY;
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            SET_LANE(TO_BITS, ELEMENT, word, c, port[at * LANES + c]);
        }
        WRITE(TO, word);
        if (!NEXT(at, WORDS)) continue;
        port += (ulong)WORDS * LANES;
        ++frame;
    }
}
