"""Takes half of a file, and goes."""

import os
import sys
import time

os.read(0, 1024)
os.close(0)
time.sleep(1)
sys.exit(1)
