"""A song as other programs and people want it: one module a format."""
