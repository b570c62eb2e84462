"""Are the labels right?"""
