"""The synthetic sample: a drawn release in the exact shape of MultiCaRe 2.x, with its defects."""
