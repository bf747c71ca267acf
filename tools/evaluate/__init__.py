"""`qnn eval`: the accuracy of a network on a test set, from arrays or images in files."""
