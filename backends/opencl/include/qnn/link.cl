/// Marks a channel that is to cross to another device: passes every word on.
#include "qnn/pass_through.cl"
