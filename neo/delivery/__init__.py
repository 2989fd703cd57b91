"""What leaves Neo: a package put to run somewhere, and looked after."""
