"""People counted in a video stream, with an alert when there are too many."""
