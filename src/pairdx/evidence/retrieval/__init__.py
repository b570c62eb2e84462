"""Do images and captions find each other?"""
