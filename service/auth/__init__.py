"""Who calls: secrets, how they are checked and remembered, what they allow."""
