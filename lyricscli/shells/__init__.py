"""Completion: the scripts for four shells, written from the command tree, and the task ids they ask for."""
