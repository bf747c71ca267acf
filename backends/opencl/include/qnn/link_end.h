/// The end of a link: passes words of LINK_BITS on from LINK_FROM to LINK_TO, WORDS of each frame.
/// One of the two is a channel of the board, which kernels that run without the host must not use,
/// so the host starts this kernel.
TASK NAME(const uint frames) {
    uint frame = 0, at = 0;
#pragma ii 1
    while (frame < frames) {
        WORD(LINK_BITS) word;
        READ(LINK_FROM, word);
        WRITE(LINK_TO, word);
        if (NEXT(at, WORDS)) ++frame;
    }
}

#undef LINK_FROM
#undef LINK_TO
#undef LINK_BITS
