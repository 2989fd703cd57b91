"""Counting people in video: what a trial scores and what delivery ships, line for line the same.

Nothing here knows Neo.
"""
