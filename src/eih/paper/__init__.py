"""The paper: its analyses by name, what it prints, and the ledger that compares the two."""
