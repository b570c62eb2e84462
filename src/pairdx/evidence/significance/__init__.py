"""Which differences between models are real?"""
