"""The facts about every pair that are dear to gather: words and faces in its image, hashes."""
