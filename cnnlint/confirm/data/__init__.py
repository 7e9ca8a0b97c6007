"""What models are trained on: probe sets, real sets that lie on the machine, own files, and how labels are written."""
