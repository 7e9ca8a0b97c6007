"""scikit-learn: its transformers, splits and data sets."""
