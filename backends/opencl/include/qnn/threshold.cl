/// Passes every element through thresholds.
///
/// The definitions of elementwise.h but ACTIVATE, and of activation.h but SUM.
#define SUM INPUT
#include "qnn/activation.h"
#include "qnn/elementwise.h"
#undef SUM
