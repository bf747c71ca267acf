/// Where words come from another device, over LINK, a channel of the board's.
///
/// TO; WORDS of a frame; ELEMENT, LANES and HOST are for an emulation, in which the host stands in for
/// the link.
#ifdef QNN_EMULATION
#include "qnn/source.cl"
#else
#define COMES LINK
#define GOES TO
#define LINK_BITS TO_BITS
#include "qnn/link.h"
#endif
