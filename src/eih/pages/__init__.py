"""What a page shows of a result: tables, figures and notes put together, for what is there and what is not."""
