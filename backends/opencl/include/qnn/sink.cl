/// Results leave the design as the host's integers; the argument `first` is the first frame to
/// write.
///
/// FROM; ELEMENT, LANES; HOST, the type of an element in the host's memory; WORDS of a frame.
TASK NAME(__global HOST* restrict port, const uint first, const uint frames) {
    port += (ulong)first * WORDS * LANES;
    uint frame = 0, at = 0;
#pragma ii 1
    while (frame < frames) {
        WORD(FROM_BITS) word;
        READ(FROM, word);
#pragma unroll
        for (uint c = 0; c < LANES; ++c) {
            port[at * LANES + c] = (HOST)LANE(FROM_BITS, ELEMENT, word, c);
        }
        if (!NEXT(at, WORDS)) continue;
        port += (ulong)WORDS * LANES;
        ++frame;
    }
}
