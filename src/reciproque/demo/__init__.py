"""The demonstration stories, built through the same actions as real use, in stages."""
