"""`qnn quantize`: a float network becomes one of integers, calibrated with images."""
