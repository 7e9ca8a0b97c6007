"""4xx: initialisation and normalisation."""
