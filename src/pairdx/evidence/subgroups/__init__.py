"""For whom is a model worse?"""
