"""The feed's benchmark in a process of its own, where nothing else has left anything behind; prints JSON."""

import sys
from pathlib import Path

import msgspec

from tests.benchmarks import feed

if __name__ == "__main__":
    results = list(feed.run(Path(sys.argv[1]), Path(sys.argv[2])))
    print(msgspec.json.encode(results).decode())
