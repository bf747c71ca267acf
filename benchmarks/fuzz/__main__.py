"""Passes hostile input of every kind to the code that reads it.

python benchmarks/fuzz --count 1000000 --jobs 2 --save finds/
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.campaign import main

if __name__ == "__main__":
    sys.exit(main())
