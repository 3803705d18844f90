"""Does not even take the file."""

import time

time.sleep(600)
