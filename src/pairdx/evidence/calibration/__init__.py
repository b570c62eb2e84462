"""Can the probabilities be trusted, and when should a model abstain?"""
