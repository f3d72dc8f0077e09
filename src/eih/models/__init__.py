"""Statistical models in one table form: fits, intervals, contrasts, and what can be asked of them."""
