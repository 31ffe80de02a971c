"""One model fitted to many samples in one computation: bootstrap, Monte Carlo, cut-offs."""
