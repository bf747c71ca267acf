/// Words enter the design from another device, over LINK, a channel of the board.
///
/// TO; WORDS of a frame; ELEMENT, LANES and HOST for emulations, in which the host stands in for
/// the link.
#ifdef QNN_EMULATION
#include "qnn/source.cl"
#else
#define LINK_FROM LINK
#define LINK_TO TO
#define LINK_BITS TO_BITS
#include "qnn/link_end.h"
#endif
