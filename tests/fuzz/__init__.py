"""Files that are harmed with care, by the thousand: each is a photo, a depth map, or refused in
words.
"""
