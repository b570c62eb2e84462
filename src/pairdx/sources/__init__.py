"""Where raw pairs come from: a drawn sample, a MultiCaRe release, a folder of one's own."""
