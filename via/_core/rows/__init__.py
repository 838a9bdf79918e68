"""Rows of lists, made again only where what they show has changed."""
