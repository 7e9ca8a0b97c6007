"""6xx graph hygiene."""
