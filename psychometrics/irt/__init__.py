"""Item response theory: what each item measures, where on the trait, and for whom."""
