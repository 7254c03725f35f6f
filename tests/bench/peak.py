"""Run a program and print its peak memory in KiB; from here, as a child's peak counts what its parent had."""

import resource
import subprocess
import sys

code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
