"""One reader for every file of answers: what its columns are, what its cells say, what is asked."""
