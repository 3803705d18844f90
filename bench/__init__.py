"""Measurements, side by side in one run, given as ratios. `./dev bench NAME` runs one; README.md holds results."""
