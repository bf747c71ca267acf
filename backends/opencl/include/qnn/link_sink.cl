/// Words leave the design for another device, over LINK, a channel of the board.
///
/// FROM; WORDS of a frame; ELEMENT, LANES and HOST for emulations, in which the host stands in for
/// the link.
#ifdef QNN_EMULATION
#include "qnn/sink.cl"
#else
#define LINK_FROM FROM
#define LINK_TO LINK
#define LINK_BITS FROM_BITS
#include "qnn/link_end.h"
#endif
