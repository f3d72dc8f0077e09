"""The fMRI pipeline of the paper on nilearn: designs from the real sequences, images that are surrogate.

Raw and single-participant images are not public. Whatever an image holds here was simulated, and its name
says so: ``surrogate_…``.
"""
