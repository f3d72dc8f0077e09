"""Beyond the paper: specification curves, evidence for the null, power."""
