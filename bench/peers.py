# Reads a diff with unidiff, so many times: prints how many files it found, then the seconds of each time.
import sys
import time

from unidiff import PatchSet

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    text = file.read()
seconds = []
for _ in range(int(sys.argv[2])):
    before = time.process_time()
    found = len(PatchSet(text))
    seconds.append(time.process_time() - before)
print(found, *seconds)
