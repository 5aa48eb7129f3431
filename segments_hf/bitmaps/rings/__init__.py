"""Compute the outlines of instances, and join them into one ring."""
