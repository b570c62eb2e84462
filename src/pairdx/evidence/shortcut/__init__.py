"""Does a model read the class off a word?"""
