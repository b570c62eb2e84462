"""Where do two models differ, and who is right?"""
