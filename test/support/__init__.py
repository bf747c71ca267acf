"""What tests share: building programs, drawing random ones, and asking other people's code."""
