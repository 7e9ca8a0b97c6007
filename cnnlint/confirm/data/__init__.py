"""What models are trained on: probe sets, real sets that lie on the machine, and what its labels mean."""
