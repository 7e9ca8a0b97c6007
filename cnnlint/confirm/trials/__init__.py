"""Paired training runs: arms, how they are trained, when a trial stops, and what its figures say."""
