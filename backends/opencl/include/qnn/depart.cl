/// Where words go to another device, over LINK, a channel of the board's.
///
/// FROM; WORDS of a frame; ELEMENT, LANES and HOST are for an emulation, in which the host stands in for
/// the link.
#ifdef QNN_EMULATION
#include "qnn/sink.cl"
#else
#define COMES FROM
#define GOES LINK
#define LINK_BITS FROM_BITS
#include "qnn/link.h"
#endif
