"""How precisely a scale's score measures: internal consistency, retest, agreement."""
