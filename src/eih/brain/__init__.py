"""The brain results: reported peaks, published maps, and where they fall in a meta-analysis."""
