"""What every route shares: who may call it, how bodies are read, how refusals look."""
