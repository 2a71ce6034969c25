"""The journal: round trips from the ledger, their review, what they teach, and their way in and out."""
