"""How many factors there are and how items load on them, without a model fixed beforehand."""
