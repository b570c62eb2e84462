"""How good are all models side by side, and which differences between them are real?"""
