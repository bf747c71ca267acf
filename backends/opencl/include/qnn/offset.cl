/// Adds a row of constants to every pixel.
#define COMBINE(number, entry) ((number) + (entry))
#include "qnn/pixel_rows.h"
