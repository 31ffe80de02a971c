"""The validity report: a finished analysis as a document for people."""
