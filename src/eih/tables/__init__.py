"""The three data tables: what they hold, how they are checked, loaded and built."""
