"""A made scene of walking people, whose true count is known in every frame, and a camera that streams it."""
