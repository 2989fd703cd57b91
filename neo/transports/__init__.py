"""Ways out of Neo: what carries a post to people."""
