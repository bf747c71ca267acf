/// Thresholds on their own: passes every element through an activation.
///
/// What elements.h takes but ACTIVATE; what activation.h takes but SUM.
#define SUM INPUT
#include "qnn/activation.h"
#include "qnn/elements.h"
#include "qnn/end.h"
