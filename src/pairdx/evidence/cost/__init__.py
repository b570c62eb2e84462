"""What does one prediction cost?"""
