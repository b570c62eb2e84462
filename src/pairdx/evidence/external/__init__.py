"""What is left on other people's images?"""
