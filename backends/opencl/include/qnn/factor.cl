/// Multiplies every pixel by a row of constants.
#define COMBINE(number, entry) ((number) * (entry))
#include "qnn/pixel_rows.h"
