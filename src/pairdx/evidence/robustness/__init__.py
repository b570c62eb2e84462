"""What do noise, blur, JPEG and typing errors cost?"""
