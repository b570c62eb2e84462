"""What does a model look at, and does that explanation hold?"""
