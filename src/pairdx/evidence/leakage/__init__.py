"""What does splitting by pair flatter?"""
